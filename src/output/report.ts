import { absolute, add, formatDecimal, parseDecimal, ZERO, type Decimal } from '../domain/decimal.js';
import { groupKey, type ComparedRow, type CoverageSpan, type GroupWord, type Report, type ReportComparison, type ReportRow } from '../domain/report.js';
import type { Day, DaySpan } from '../domain/day.js';
import { formatAge, formatDay, formatMoney, formatSpan, plural, sparkline } from './format.js';
import type { Output } from './output.js';
import { renderTable, type Column } from './table.js';

export interface ReportView {
  report: Report;
  /** Null where nothing is compared. */
  comparison: ReportComparison | null;
  team: string;
  now: Date;
}

/** Below this, only what every reader needs. */
const WIDE = 100;
const SPARK_DAYS = { wide: 14, narrow: 7 };

/** Totals as a table, and under it what they do not hold. */
export function renderReport(view: ReportView, output: Output): string {
  const { report } = view;
  const head = headLine(view);
  if (report.rows.length === 0) return [head, 'No costs in these days.', ...footnotes(view, output)].join('\n');
  const byTime = report.groupBy.some((word) => word === 'day' || word === 'week' || word === 'month');
  const comparison = byTime ? null : view.comparison;
  return [head, renderRows(report, comparison, output), ...footnotes(view, output)].join('\n');
}

function headLine({ report, team, now }: ReportView): string {
  const read = report.readAt === null ? 'never read' : `read ${report.readAt.slice(0, 16).replace('T', ' ')} UTC, ${formatAge(new Date(report.readAt), now)}`;
  return `${team} · ${formatSpan(report.since, report.until)} (UTC) by ${report.groupBy.join(', ')} · ${read}`;
}

function renderRows(report: Report, comparison: ReportComparison | null, output: Output): string {
  const words = report.groupBy.map((word) => WORDS[word]);
  const currencies = report.totals.map(({ currency }) => currency);
  const one = currencies.length === 1 ? currencies[0] : undefined;
  const columns: Column[] = [
    ...words.flatMap(({ columns: names }) => names.map((name) => ({ head: name }))),
    { head: one ?? 'Cost', align: 'right' },
    { head: one === undefined ? 'Currency' : '' },
    { head: 'Share', align: 'right' },
    ...(comparison === null ? [] : compareColumns(comparison.previous, report, output)),
  ];
  const totals = new Map(report.totals.map(({ currency, cost }) => [currency, magnitudes(report.rows, currency) || parseDecimal(cost)]));
  const cells = (row: ReportRow) => [
    ...words.flatMap(({ cells: make }) => make(row)),
    row.cost === null ? 'unknown ~' : `${formatMoney(row.cost)}${row.estimated ? ' ~' : ''}`,
    one === undefined ? row.currency : '',
    row.cost === null ? '' : share(parseDecimal(row.cost), totals.get(row.currency) ?? ZERO),
    ...(comparison === null ? [] : compareCells(row.cost === null ? undefined : comparison.rows.get(groupKey(row)), output)),
  ];
  const blanks = words.flatMap(({ columns: names }) => names).slice(1).map(() => '');
  const total = report.totals.map(({ currency, cost }) => [
    'Total', ...blanks, formatMoney(cost), one === undefined ? currency : '', '100 %',
    ...(comparison === null ? [] : compareCells(sumCompared(report.rows.filter((row) => row.currency === currency && row.cost !== null), comparison), output)),
  ]);
  return renderTable(columns, [...report.rows.map(cells), ...total], output);
}

/** What each word shows. */
const WORDS: Record<GroupWord, { columns: string[]; cells: (row: ReportRow) => string[] }> = {
  provider: { columns: ['Provider'], cells: ({ provider }) => [provider ?? '(old system)'] },
  organization: { columns: ['Organization'], cells: ({ organization }) => [organization ?? '(old system)'] },
  project: {
    columns: ['Project', 'Organization'],
    cells: ({ project, linked, organization }) => [`${project ?? ''}${linked === false ? ' ⚠' : ''}`, organization ?? ''],
  },
  'line-item': { columns: ['Line item'], cells: ({ lineItem }) => [lineItem ?? ''] },
  model: { columns: ['Model'], cells: ({ model }) => [model ?? '(no model)'] },
  day: { columns: ['Day'], cells: ({ day }) => [day ?? ''] },
  week: { columns: ['Week'], cells: ({ week }) => [week ?? ''] },
  month: { columns: ['Month'], cells: ({ month }) => [month ?? ''] },
};

/** Of what was spent: a credit has no share. */
function magnitudes(rows: readonly ReportRow[], currency: string): Decimal {
  return rows
    .filter((row) => row.currency === currency)
    .map(({ cost }) => parseDecimal(cost ?? '0'))
    .reduce((sum, cost) => (cost < ZERO ? sum : add(sum, absolute(cost))), ZERO);
}

function share(cost: Decimal, total: Decimal): string {
  if (total === ZERO || cost < ZERO) return '';
  const percent = Number((cost * 1000n) / total) / 10;
  return percent > 0 && percent < 1 ? '<1 %' : `${Math.round(percent)} %`;
}

function compareColumns(previous: DaySpan, report: Report, { width }: Output): Column[] {
  const versus = shortSpan(previous);
  const spark = width >= WIDE ? shortSpan(report) : '';
  return [...(width >= WIDE ? [{ head: `vs ${versus}`, align: 'right' as const }] : []), { head: width >= WIDE ? '' : `vs ${versus}`, align: 'right' }, { head: spark || 'Days' }];
}

function shortSpan({ since, until }: { since: Day; until: Day }): string {
  return formatSpan(since, until).replace(/ \d{4}$/, '');
}

function compareCells(row: ComparedRow | undefined, { width }: Output): string[] {
  const change = row === undefined ? '' : percentChange(row);
  const wide = width >= WIDE;
  const difference = row === undefined ? '' : formatMoney(formatDecimal((parseDecimal(row.current) - parseDecimal(row.previous)) as Decimal), { signed: true });
  return [...(wide ? [`${difference}${row?.partial === true ? ' °' : ''}`] : []), `${change}${!wide && row?.partial === true ? ' °' : ''}`, row === undefined ? '' : sparkline(squeeze(row.trend, wide ? SPARK_DAYS.wide : SPARK_DAYS.narrow))];
}

function percentChange({ current, previous }: ComparedRow): string {
  const [now, before] = [parseDecimal(current), parseDecimal(previous)];
  if (before <= ZERO) return now > ZERO ? 'new' : '';
  const percent = Number(((now - before) * 1000n) / before) / 10;
  return `${percent > 0 ? '+' : percent < 0 ? '−' : ''}${Math.round(Math.abs(percent))} %`;
}

/** As many bars as there is room for, each the mean of its days. */
function squeeze(trend: readonly (number | null)[], count: number): (number | null)[] {
  if (trend.length <= count) return [...trend];
  return Array.from({ length: count }, (_, index) => {
    const part = trend.slice(Math.floor((trend.length * index) / count), Math.floor((trend.length * (index + 1)) / count)).filter((value) => value !== null);
    return part.length === 0 ? null : part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

function sumCompared(rows: readonly ReportRow[], comparison: ReportComparison): ComparedRow {
  const found = rows.flatMap((row) => comparison.rows.get(groupKey(row)) ?? []);
  const sum = (pick: (row: ComparedRow) => string) => formatDecimal(found.map((row) => parseDecimal(pick(row))).reduce((a, b) => add(a, b), ZERO));
  const length = found[0]?.trend.length ?? 0;
  const trend = Array.from({ length }, (_, day) => {
    const values = found.map((row) => row.trend[day] ?? null).filter((value) => value !== null);
    return values.length === 0 ? null : values.reduce((a, b) => a + b, 0);
  });
  return { current: sum(({ current }) => current), previous: sum(({ previous }) => previous), partial: found.some(({ partial }) => partial), trend };
}

function footnotes({ report, comparison }: ReportView, { style }: Output): string[] {
  const { gaps, halfRead, open, provisional } = report.coverage;
  const lines: string[] = [];
  if (gaps.length > 0) lines.push(`${style.yellow('×')} Never read: ${list(gaps)}: a gap, not zero.  → costs status`);
  if (halfRead.length > 0) lines.push(`${style.yellow('°')} Read half-way: ${list(halfRead)}.  → costs sync`);
  if (comparison !== null && [...comparison.rows.values()].some(({ partial }) => partial)) lines.push('° days that one side of the comparison lacks are left out of both.');
  if (report.rows.some(({ linked }) => linked === false)) lines.push('⚠ not linked → costs projects list --unlinked');
  lines.push(...unpricedNote(report));
  if (report.rows.some(({ estimated }) => estimated)) lines.push('~ estimated: usage or rows of the old system, where no bill exists.');
  const notes = [
    ...(open.length > 0 ? [`${formatDay(open[0]?.since ?? report.until)} is not over`] : []),
    ...(provisional.length > 0 ? [`provisional: ${merged(provisional)}`] : []),
  ];
  if (notes.length > 0) lines.push(`${notes.join('; ').replace(/^./, (letter) => letter.toUpperCase())}.`);
  return lines;
}

/** Names the largest; how much each is, the JSON document says to the last digit. */
function unpricedNote({ unpriced }: Report): string[] {
  if (unpriced.length === 0) return [];
  const byUnit = new Map<string, Decimal>();
  for (const { unit, quantity } of unpriced) byUnit.set(unit, add(byUnit.get(unit) ?? ZERO, parseDecimal(quantity)));
  const amounts = [...byUnit].map(([unit, quantity]) => `${formatCount(quantity)} ${unit}`);
  const names = [...new Set(unpriced.map(({ model, endpoint }) => model ?? endpoint))];
  const shown = names.slice(0, 3).join(', ');
  return [`Without a price, in no total: ${amounts.join(', ')} of ${names.length > 3 ? `${shown} and ${names.length - 3} more` : shown}.  → costs prices check`];
}

/** Whole units with thousands separated; usage is counted in whole ones. */
function formatCount(quantity: Decimal): string {
  return formatMoney(formatDecimal(quantity)).replace(/\.00$/, '');
}

function list(spans: readonly CoverageSpan[]): string {
  const shown = spans.slice(0, 4).map((span) => `${span.organization} ${shortSpan(span)}`);
  return spans.length > 4 ? `${shown.join(', ')} and ${plural(spans.length - 4, 'more span')}` : shown.join(', ');
}

function merged(spans: readonly CoverageSpan[]): string {
  const since = spans.map((span) => span.since).sort()[0];
  const until = spans.map((span) => span.until).sort().at(-1);
  return since === undefined || until === undefined ? '' : shortSpan({ since, until });
}
