import { providerName } from '../providers/registry.js';
import type { ProviderId } from '../domain/provider.js';
import { groupBy } from '../domain/group-into.js';

interface Billed {
  provider: ProviderId;
  name: string;
  /** Null for the bill itself. */
  billReport: string | null;
}

/** Whose bills are read from another report: a line a report, which is not what the invoice is made of. */
export function billReportLines(organizations: readonly Billed[]): string[] {
  const reported = organizations.filter(({ billReport }) => billReport !== null);
  const named = groupBy(reported, ({ provider, billReport }) => `${providerName(provider)}'s ${billReport ?? ''}`);
  return [...named].map(
    ([report, own]) => `Billed by ${report}, not by an own bill: ${own.map(({ name }) => name).join(', ')}.`,
  );
}
