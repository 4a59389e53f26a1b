import { providerName } from '../providers/registry.js';
import type { ProviderId } from '../domain/provider.js';

interface Billed {
  provider: ProviderId;
  name: string;
  /** Null for the bill itself. */
  billReport: string | null;
}

/** Whose bills are read from another report: a line a report, which is not what the invoice is made of. */
export function billReportLines(organizations: readonly Billed[]): string[] {
  const named = new Map<string, string[]>();
  for (const { provider, name, billReport } of organizations) {
    if (billReport === null) continue;
    const report = `${providerName(provider)}'s ${billReport}`;
    named.set(report, [...(named.get(report) ?? []), name]);
  }
  return [...named].map(([report, names]) => `Billed by ${report}, not by an own bill: ${names.join(', ')}.`);
}
