import type { FocusImport, ImportedPeriod } from '../domain/focus-import.js';
import { formatSpan, plural } from '../domain/words.js';
import { renderHint } from './hint.js';
import type { Output } from './output.js';
import { changesOf } from './sync.js';
import { renderTable } from './table.js';
import { providerName } from '../providers/registry.js';
import { formatAmounts } from './format.js';

/** What an import brought, a line a billing period, and what it left out. */
export function renderFocusImport(result: FocusImport, output: Output): string {
  const { organizations, leftOut, unknownColumns, unlistedFolders, files, rows, runId } = result;
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
    ...(leftOut.length === 0 ? [] : ['Left out, as it is no AI (--only all keeps it):']),
    ...leftOut.map(
      ({ service, rows: count, totals }) => `  ${service}: ${plural(count, 'row')}, ${formatAmounts(totals)}`,
    ),
    ...(unknownColumns.length === 0 ? [] : [`Columns that were not read: ${unknownColumns.join(', ')}`]),
    ...(unlistedFolders.length === 0
      ? []
      : [
          `Not read, as no manifest tells of what is in ${unlistedFolders.length === 1 ? 'it' : 'them'}: ${namesOf(unlistedFolders)}`,
        ]),
    ...(runId === null ? ['Nothing was stored (--dry-run).'] : []),
  ].join('\n');
}

const MOST_NAMED = 5;

function namesOf(folders: readonly string[]): string {
  const more = folders.length - MOST_NAMED;
  return [...folders.slice(0, MOST_NAMED), ...(more > 0 ? [plural(more, 'more folder')] : [])].join(', ');
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
