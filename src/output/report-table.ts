import { formatDecimal, parseDecimal, sum, ZERO, type Decimal } from '../domain/decimal.js';
import type { DaySpan } from '../domain/day.js';
import { groupKey, isTimeWord } from '../domain/dimensions.js';
import type { ComparedRow, Report, ReportComparison, ReportRow } from '../domain/report.js';
import { spentOf, sumOf } from '../domain/report-order.js';
import type { MoneyDocument } from '../domain/money.js';
import { difference, formatChange, formatMoney, formatShare, formatShortSpan, plural, sparkline } from './format.js';
import type { Output } from './output.js';
import { viewOf, type WordView } from './report-words.js';
import { renderTable, type Column } from './table.js';

/** From here on a sparkline has room for more days. */
const WIDE = 100;
const SPARK_DAYS = { wide: 14, narrow: 7 };
const LONGEST_BAR = 24;

/** What every line of the table is made with. */
interface Sheet {
  report: Report;
  comparison: ReportComparison | null;
  output: Output;
  views: WordView[];
  names: Column[];
  /** The only currency, which then stands in the head. */
  currency: string | undefined;
  /** What shares are of, a currency each. */
  spent: ReadonlyMap<string, Decimal>;
}

/** The rows of a report, sub-totals where it is grouped by several words, and the totals. */
export function renderReportTable(report: Report, comparison: ReportComparison | null, output: Output): string {
  const views = report.groupBy.map((word) => viewOf(word, report.groupBy));
  const names = views.flatMap(({ columns }) => columns);
  const spent = new Map(
    report.totals.map(({ currency }) => [
      currency,
      spentOf([...report.rows, ...(report.others ?? [])].filter((row) => row.currency === currency)),
    ]),
  );
  const currency = report.totals.length === 1 ? report.totals[0]?.currency : undefined;
  const sheet: Sheet = { report, comparison, output, views, names, currency, spent };
  const bars = views.length === 1 && report.groupBy.some(isTimeWord) ? barsOf(report) : null;
  const rows = clusters(report).flatMap((cluster) => clusterLines(cluster, sheet));
  const others = (report.others ?? []).map((each) => line(sheet, [plural(each.rows, 'other')], each));
  const totals = report.totals.map((total) => line(sheet, ['Total'], total, totalCompared(sheet, total)));
  return renderTable(
    columnsOf(sheet, bars),
    [...rows.map((cells, index) => [...cells, bars?.[index] ?? '']), ...others, ...totals],
    output,
  );
}

function columnsOf({ names, currency, comparison, report, output }: Sheet, bars: string[] | null): Column[] {
  return [
    ...names,
    { head: currency ?? 'Cost', align: 'right' },
    { head: currency === undefined ? 'Currency' : '' },
    { head: 'Share', align: 'right', lesser: 'share' },
    ...(comparison === null ? [] : compareColumns(comparison.previous, report, output)),
    ...(bars === null ? [] : [{ head: '', lesser: 'sparkline' as const }]),
  ];
}

function line(
  { names, currency: only, spent, comparison, output }: Sheet,
  cells: readonly string[],
  { currency, cost }: Pick<ReportRow, 'currency' | 'cost'>,
  compared?: ComparedRow,
  estimated = false,
): string[] {
  return [
    ...cells,
    ...names.slice(cells.length).map(() => ''),
    `${cost === null ? 'unknown' : formatMoney(cost)}${estimated ? ' ~' : ''}`,
    only === undefined ? currency : '',
    formatShare(cost, spent.get(currency) ?? ZERO),
    ...(comparison === null ? [] : compareCells(cost === null ? undefined : compared, output)),
  ];
}

function clusterLines({ rows, currency }: Cluster, sheet: Sheet): string[][] {
  const { views, report, comparison, output } = sheet;
  const lines = rows.map((row) =>
    line(
      sheet,
      views.flatMap(({ cells }) => cells(row, report)),
      row,
      comparison?.rows.get(groupKey(row)),
      row.estimated,
    ),
  );
  const [first] = rows;
  if (views.length < 2 || rows.length < 2 || first === undefined) return lines;
  const name = views[0]?.cells(first, report)[0] ?? '';
  const compared = comparison === null ? undefined : sumCompared(rows, comparison);
  const subtotal = line(sheet, [`Σ ${name}`], { currency, cost: sumOf(rows) }, compared);
  return [...lines, subtotal.map((cell) => (cell === '' ? '' : output.style.dim(cell)))];
}

/** A total of rows that are not all there is compared with nothing. */
function totalCompared({ report, comparison }: Sheet, total: MoneyDocument): ComparedRow | undefined {
  if (comparison === null || report.others !== undefined) return undefined;
  return sumCompared(
    report.rows.filter(({ currency, cost }) => currency === total.currency && cost !== null),
    comparison,
  );
}

/** A bar a row, as long as its cost is against the largest of its currency. */
function barsOf({ rows }: Report): string[] {
  const largest = new Map<string, number>();
  for (const { currency, cost } of rows) largest.set(currency, Math.max(largest.get(currency) ?? 0, Number(cost)));
  return rows.map(({ currency, cost }) =>
    '█'.repeat(Math.max(0, Math.round((Number(cost) / (largest.get(currency) || 1)) * LONGEST_BAR))),
  );
}

interface Cluster {
  currency: string;
  rows: ReportRow[];
}

/** The rows that share their first word and their currency, together, so that they can have a sub-total. */
function clusters(report: Report): Cluster[] {
  const [first] = report.groupBy;
  if (first === undefined || report.groupBy.length < 2)
    return report.rows.map((row) => ({ currency: row.currency, rows: [row] }));
  const found = new Map<string, Cluster>();
  for (const row of report.rows) {
    const key = JSON.stringify([
      row.currency,
      ...viewOf(first).fields.map((field) => (row as unknown as Record<string, unknown>)[field]),
    ]);
    const cluster = found.get(key) ?? { currency: row.currency, rows: [] };
    cluster.rows.push(row);
    found.set(key, cluster);
  }
  return [...found.values()];
}

function compareColumns(previous: DaySpan, report: Report, { width }: Output): Column[] {
  return [
    { head: 'Change', align: 'right', lesser: 'difference' },
    { head: `vs ${formatShortSpan(previous)}`, align: 'right', lesser: 'change' },
    { head: width >= WIDE ? formatShortSpan(report) : 'Days', lesser: 'sparkline' },
  ];
}

function compareCells(row: ComparedRow | undefined, { width }: Output): string[] {
  if (row === undefined) return ['', '', ''];
  return [
    formatMoney(difference(row), { signed: true }),
    `${row.partial ? '° ' : ''}${formatChange(row)}`,
    sparkline(squeeze(row.trend, width >= WIDE ? SPARK_DAYS.wide : SPARK_DAYS.narrow)),
  ];
}

/** As many bars as there is room for, each the mean of its days. */
function squeeze(trend: readonly (number | null)[], count: number): (number | null)[] {
  if (trend.length <= count) return [...trend];
  return Array.from({ length: count }, (_, index) => {
    const part = trend
      .slice(Math.floor((trend.length * index) / count), Math.floor((trend.length * (index + 1)) / count))
      .filter((value) => value !== null);
    return part.length === 0 ? null : part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

function sumCompared(rows: readonly ReportRow[], comparison: ReportComparison): ComparedRow {
  const found = rows.flatMap((row) => comparison.rows.get(groupKey(row)) ?? []);
  const sumBy = (pick: (row: ComparedRow) => string) => formatDecimal(sum(found.map((row) => parseDecimal(pick(row)))));
  const length = found[0]?.trend.length ?? 0;
  const trend = Array.from({ length }, (_, day) => {
    const values = found.map((row) => row.trend[day] ?? null).filter((value) => value !== null);
    return values.length === 0 ? null : values.reduce((a, b) => a + b, 0);
  });
  return {
    current: sumBy(({ current }) => current),
    previous: sumBy(({ previous }) => previous),
    partial: found.some(({ partial }) => partial),
    trend,
  };
}
