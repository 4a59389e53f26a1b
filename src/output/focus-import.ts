import type { FocusImport, ImportedPeriod } from '../domain/focus-import.js';
import { formatSpan, plural } from '../domain/words.js';
import { renderHint } from './hint.js';
import { leftOutLines } from './left-out.js';
import type { Output } from './output.js';
import { changesOf } from './sync.js';
import { staysAsAdopted } from './sync-closing.js';
import { renderTable } from './table.js';
import { providerName } from '../providers/registry.js';
import { formatAmounts } from './format.js';

/** What an import brought, a line a billing period, and what it left out. */
export function renderFocusImport(result: FocusImport, output: Output): string {
  const { organizations, unknownColumns, files, rows, runId } = result;
  const right = { head: '', align: 'right' } as const;
  return [
    `${plural(rows, 'row')} in ${plural(files, 'file')}`,
    renderTable(
      [{ head: '' }, { head: '' }, { head: '' }, { head: '' }, right, right, { head: '' }],
      organizations.map((each) => toRow(each, runId === null)),
      output,
    ),
    ...organizations.flatMap(({ name, error }) =>
      error === undefined
        ? []
        : [`${name}: ${error.message}`, ...(error.hint === undefined ? [] : [`  ${renderHint(error.hint)}`])],
    ),
    ...organizations.flatMap(({ name, contradicted }) =>
      contradicted === undefined
        ? []
        : [
            `${staysAsAdopted(name, contradicted, 'the files have')} To take what they have, import them with --accept-restatement.`,
          ],
    ),
    ...leftOutLines(result, 'Left out, as it is not AI (--only all keeps it):'),
    ...(unknownColumns.length === 0 ? [] : [`Columns that were not read: ${unknownColumns.join(', ')}`]),
    ...(organizations.length === 0
      ? ['They hold no charge, and nothing was stored.']
      : runId === null
        ? ['Nothing was stored (--dry-run).']
        : []),
  ].join('\n');
}

function toRow(period: ImportedPeriod, isDry: boolean): string[] {
  const { provider, name, since, until, days, lines, totals, error } = period;
  return [
    error === undefined ? '✔' : '✖',
    providerName(provider),
    name,
    formatSpan(since, until),
    `${plural(days, 'day')}, ${plural(lines, 'line')}`,
    formatAmounts(totals),
    isDry || error !== undefined ? '' : changesOf({ ...period, status: 'ok' }),
  ];
}
