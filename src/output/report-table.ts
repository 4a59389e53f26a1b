import { parseDecimal, percentOf, ZERO, type Decimal } from '../domain/decimal.js';
import type { DaySpan } from '../domain/day.js';
import { groupKey, isTimeWord } from '../domain/dimensions.js';
import type { ComparedRow, Report, ReportRow } from '../domain/report.js';
import type { ColumnFigures } from '../domain/report-columns.js';
import { allByChange, firstGroup, spentByCurrency, type ReportSort } from '../domain/report-order.js';
import { withDistinctNames } from './distinct-names.js';
import { changeCells, formatMoney, formatShare, sparkline } from './format.js';
import { formatShortSpan } from '../domain/words.js';
import type { Output } from './output.js';
import { figureViews } from './report-figures.js';
import { othersName, viewOf, type WordView } from './report-words.js';
import { renderTable, type Column } from './table.js';
import { groupBy } from '../domain/group-into.js';

/** From here on a sparkline has room for more days. */
const WIDE = 100;
const SPARK_DAYS = { wide: 14, narrow: 7 };
const LONGEST_BAR = 24;

/** What every line of the table is made with. */
interface TableParts {
  report: Report;
  output: Output;
  views: WordView[];
  names: Column[];
  /** The only currency, which then stands in the head. */
  currency: string | undefined;
  /** What shares are of, a currency each. */
  spent: ReadonlyMap<string, Decimal>;
  /** Its rows are sorted by how much they changed, which is then shown however narrow the terminal is. */
  byChange: boolean;
}

type Line = Pick<ReportRow, 'currency' | 'cost' | 'compared'> & ColumnFigures & { estimated?: boolean };

/**
 * The rows of a report, sub-totals where it is grouped by several words, and the totals.
 * @param asked as documents have it
 * @param sort what its rows are sorted by
 */
export function renderReportTable(asked: Report, output: Output, sort?: ReportSort): string {
  const report = withDistinctNames(asked);
  const views = report.groupBy.map((word) => viewOf(word, report.groupBy));
  const names = views.flatMap(({ columns }) => columns);
  const spent = spentByCurrency(report);
  const currency = report.totals.length === 1 ? report.totals[0]?.currency : undefined;
  const parts: TableParts = { report, output, views, names, currency, spent, byChange: sort === 'change' };
  const bars = views.length === 1 && report.groupBy.some(isTimeWord) ? barsOf(shownRows(parts)) : null;
  const rows = report.subtotals === undefined ? shownRows(parts).map((row) => rowLine(parts, row)) : groups(parts);
  const others = (report.others ?? []).map((each) => line(parts, [othersName(each.rows)], each));
  const totals = report.totals.map((total) => line(parts, ['Total'], total));
  return renderTable(
    columnsOf(parts, bars),
    [...rows.map((cells, index) => [...cells, bars?.[index] ?? '']), ...others, ...totals],
    output,
  );
}

function columnsOf(parts: TableParts, bars: string[] | null): Column[] {
  const { names, currency, report } = parts;
  return [
    ...names,
    { head: currency ?? 'Cost', align: 'right' },
    { head: currency === undefined ? 'Currency' : '' },
    ...figureViews(report).map(({ head, isLesser }): Column => ({
      head,
      align: 'right',
      ...(isLesser === true ? { lesser: 'share' } : {}),
    })),
    { head: 'Share', align: 'right', lesser: 'share' },
    ...(report.comparedWith === undefined ? [] : compareColumns(report.comparedWith, parts)),
    ...(bars === null ? [] : [{ head: '', lesser: 'sparkline' as const }]),
  ];
}

function line(parts: TableParts, cells: readonly string[], shown: Line): string[] {
  const { currency, cost, compared, estimated } = shown;
  return [
    ...cells,
    ...parts.names.slice(cells.length).map(() => ''),
    `${cost === null ? 'unknown' : formatMoney(cost)}${estimated === true ? ' ~' : ''}`,
    parts.currency === undefined ? currency : '',
    ...figureViews(parts.report).map(({ cell }) => cell(shown)),
    formatShare(cost, parts.spent.get(currency) ?? ZERO),
    ...(parts.report.comparedWith === undefined ? [] : compareCells(compared, parts)),
  ];
}

function rowLine(parts: TableParts, row: ReportRow): string[] {
  const cells = parts.views.flatMap(({ cells }) => cells(row, parts.report));
  return line(parts, cells, row);
}

function shownRows({ report, byChange }: TableParts): ReportRow[] {
  return byChange ? allByChange(report) : [...report.rows, ...(report.gone ?? [])];
}

/** Rows that share their first word and currency stand together, under them what all of the group come to. */
function groups(parts: TableParts): string[][] {
  const { report, views, output } = parts;
  const shown = groupBy(shownRows(parts), (row) => groupKey(firstGroup(row, report.groupBy)));
  return (report.subtotals ?? []).flatMap((subtotal) => {
    const rows = shown.get(groupKey(subtotal)) ?? [];
    const lines = rows.map((row) => rowLine(parts, row));
    const [first] = rows;
    if (first === undefined || (rows.length < 2 && subtotal.rows < 2)) return lines;
    const name = views[0]?.cells(first, report)[0] ?? '';
    return [...lines, line(parts, [`Σ ${name}`], subtotal).map((cell) => (cell === '' ? '' : output.style.dim(cell)))];
  });
}

/** A bar a row, as long as its cost is against the largest of its currency. */
function barsOf(rows: readonly ReportRow[]): string[] {
  const amounts = rows.map(({ currency, cost }) => ({ currency, amount: parseDecimal(cost ?? '0') }));
  const largest = new Map<string, Decimal>();
  for (const { currency, amount } of amounts)
    if (amount > (largest.get(currency) ?? ZERO)) largest.set(currency, amount);
  return amounts.map(({ currency, amount }) => {
    const most = largest.get(currency);
    const percent = most === undefined || amount <= ZERO ? 0 : percentOf(amount, most);
    return '█'.repeat(Math.round((percent * LONGEST_BAR) / 100));
  });
}

function compareColumns(previous: DaySpan, { byChange, report, output }: TableParts): Column[] {
  return [
    { head: 'Change', align: 'right', ...(byChange ? {} : { lesser: 'difference' }) },
    { head: `vs ${formatShortSpan(previous, report)}`, align: 'right', lesser: 'change' },
    { head: output.width >= WIDE ? formatShortSpan(report) : 'Days', lesser: 'sparkline' },
  ];
}

function compareCells(row: ComparedRow | undefined, { output }: TableParts): string[] {
  const most = output.width >= WIDE ? SPARK_DAYS.wide : SPARK_DAYS.narrow;
  const trend = row?.trend ?? [];
  // One day alone shows nothing.
  return [...changeCells(row), trend.length < 2 ? '' : sparkline(squeeze(trend, most))];
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
