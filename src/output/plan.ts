import { lengthOf, type Day, type DaySpan } from '../domain/day.js';
import type { ProviderId } from '../domain/provider.js';
import type { Basis } from '../domain/results.js';
import { formatSpan, plural } from '../domain/words.js';
import type { Output } from './output.js';
import { renderTable } from './table.js';
import { providerName } from '../providers/registry.js';

/** The document of `--dry-run`. */
export interface PlanDocument {
  dryRun: true;
  command: 'sync' | 'backfill';
  basis: Basis;
  since: Day;
  until: Day;
  organizations: { provider: ProviderId; organizationId: string; name: string; windows: DaySpan[]; requests: number }[];
}

export function renderPlan({ since, until, basis, organizations }: PlanDocument, output: Output): string {
  const rows = organizations.flatMap(({ provider, name, windows }) =>
    windows.length === 0
      ? [[providerName(provider), name, 'nothing to read', '']]
      : windows.map((window) => [
          providerName(provider),
          name,
          formatSpan(window.since, window.until),
          plural(lengthOf(window), 'day'),
        ]),
  );
  const count = organizations.reduce((sum, { windows }) => sum + windows.length, 0);
  const columns = [
    { head: 'Provider' },
    { head: 'Organization' },
    { head: 'Window (UTC)' },
    { head: 'Days', align: 'right' as const },
  ];
  const requests = organizations.reduce((sum, each) => sum + each.requests, 0);
  return [
    `Would read ${plural(count, 'window')} of ${basis === 'usage' ? 'usage of ' : ''}${plural(organizations.length, 'organization')}, ${formatSpan(since, until)}, with about ${plural(requests, 'request')}. Nothing was read.`,
    renderTable(columns, rows, output),
  ].join('\n');
}
