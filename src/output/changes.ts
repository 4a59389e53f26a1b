import type { ChangeCause, ChangeRow, Changes, ChangeTotal, Lateness } from '../domain/changes.js';
import { providerName } from '../providers/registry.js';
import type { ReportRow } from '../domain/report.js';
import { distinctNames } from './distinct-names.js';
import { formatMoney, mostShown } from './format.js';
import { formatCount, formatInstant, formatSpan, plural } from '../domain/words.js';
import type { Output } from './output.js';
import { NO_COVERAGE, viewOf } from './report-words.js';
import { renderTable } from './table.js';

/** As people say it; the documents have the words of `ChangeCause`. */
export const CAUSES: Record<ChangeCause, string> = {
  late: 'reported late',
  provider: 'changed by the provider',
  'gap-filled': 'a gap was filled',
  forced: 'read again on request',
  accepted: 'accepted by a person',
  altered: 'changed outside costs, and put right',
  regrouped: 'regrouped, the sum unchanged',
  rescoped: 'other services were chosen',
  open: 'the day went on',
  new: 'a new day',
};

/** Rows that are shown on a terminal; a pipe, a file and the document have all. */
const SHOWN = 30;

/** How the totals came from what they were to what they are, by cause, and in which groups. */
export function renderChanges(changes: Changes, team: string, output: Output): string {
  const { since, until, from, rows, totals, lateness } = changes;
  const head = `${team} · ${formatSpan(since, until)} (UTC) · what changed since ${formatInstant(from)}`;
  if (rows.length === 0) return [head, 'Nothing changed.', ...lateness.map(sentence)].join('\n');
  const most = mostShown(output, SHOWN);
  const lines = [
    head,
    renderTable(
      [{ head: '' }, { head: 'Rows', align: 'right' }, { head: 'Cost', align: 'right' }, { head: '' }],
      totals.flatMap(bridge),
      output,
    ),
    '',
    renderRows(changes, output),
    ...(rows.length > most ? [`${plural(rows.length - most, 'more', 'more')}: --json has them all.`] : []),
    ...lateness.map(sentence),
  ];
  return lines.join('\n');
}

function bridge({ currency, before, now, byCause }: ChangeTotal): string[][] {
  return [
    ['Then', '', formatMoney(before), currency],
    ...byCause.map(({ cause, rows, difference }) => [
      `  ${CAUSES[cause]}`,
      formatCount(rows),
      formatMoney(difference, { signed: true }),
      currency,
    ]),
    ['Now', '', formatMoney(now), currency],
  ];
}

function renderRows({ groupBy, rows }: Changes, output: Output): string {
  const views = groupBy.map((word) => viewOf(word, groupBy));
  const shown = rows.slice(0, mostShown(output, SHOWN));
  return renderTable(
    [
      ...views.flatMap(({ columns }) => columns),
      { head: 'Why' },
      { head: 'Rows', align: 'right' },
      { head: 'Change', align: 'right' },
      { head: '' },
    ],
    shown
      .map(distinctNames(shown))
      .map((row) => [
        ...views.flatMap(({ cells }) => cells(asReportRow(row), NO_COVERAGE)),
        CAUSES[row.cause],
        formatCount(row.rows),
        formatMoney(row.difference, { signed: true }),
        row.currency,
      ]),
    output,
  );
}

function asReportRow({ difference, ...group }: ChangeRow): ReportRow {
  return { ...group, cost: difference, estimated: false };
}

/** `OpenAI: 95 % of late changes came within 3 days …` */
export function sentence({ provider, changes, p95, max }: Lateness): string {
  return `${providerName(provider)}: 95 % of ${plural(changes, 'late change')} came within ${days(p95)}, the last after ${days(max)} (last 90 days).`;
}

function days(count: number): string {
  return plural(Math.max(1, Math.ceil(count)), 'day');
}
