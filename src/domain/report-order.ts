import { absolute, compare, formatDecimal, parseDecimal, subtract, sum, ZERO, type Decimal } from './decimal.js';
import { groupKey } from './dimensions.js';
import type { Report, ReportComparison, ReportRow } from './report.js';

export const SORTS = ['cost', 'name', 'change'] as const;
export type ReportSort = (typeof SORTS)[number];

export interface ReportOrder {
  /** As the store gives them (by time, then the largest first) when absent. */
  sort?: ReportSort;
  /** So many rows a currency; the others are added up. */
  top?: number;
}

/** The report with its rows in another order, and no more of them than wanted. Totals stay those of all rows. */
export function arrangeReport(report: Report, { sort, top }: ReportOrder, comparison: ReportComparison | null): Report {
  const rows = sort === undefined ? report.rows : [...report.rows].sort(comparer(sort, comparison));
  if (top === undefined) return { ...report, rows };
  const counts = new Map<string, number>();
  const kept: ReportRow[] = [];
  const left = new Map<string, ReportRow[]>();
  for (const row of rows) {
    const count = (counts.get(row.currency) ?? 0) + 1;
    counts.set(row.currency, count);
    if (count <= top) kept.push(row);
    else left.set(row.currency, [...(left.get(row.currency) ?? []), row]);
  }
  if (left.size === 0) return { ...report, rows: kept };
  const others = [...left].map(([currency, each]) => ({
    currency,
    cost: each.every(({ cost }) => cost === null) ? null : sumOf(each),
    rows: each.length,
  }));
  return { ...report, rows: kept, others };
}

function comparer(sort: ReportSort, comparison: ReportComparison | null): (a: ReportRow, b: ReportRow) => number {
  if (sort === 'name') return (a, b) => nameOf(a).localeCompare(nameOf(b), 'en');
  const value = (row: ReportRow) => (sort === 'cost' ? parseDecimal(row.cost ?? '0') : changeOf(row, comparison));
  // What is unknown comes last: it is no zero.
  return (a, b) => Number(a.cost === null) - Number(b.cost === null) || compare(value(b), value(a));
}

/** How much a row changed, either way. */
function changeOf(row: ReportRow, comparison: ReportComparison | null): Decimal {
  const compared = comparison?.rows.get(groupKey(row));
  if (compared === undefined) return ZERO;
  return absolute(subtract(parseDecimal(compared.current), parseDecimal(compared.previous)));
}

function nameOf({ cost: _cost, currency, estimated: _estimated, ...group }: ReportRow): string {
  return [...Object.values(group), currency].map((value) => (typeof value === 'string' ? value : '')).join('\u0000');
}

/** What is known of the costs of one currency, added; the caller says that others are unknown. */
export function sumOf(rows: readonly Pick<ReportRow, 'cost'>[]): string {
  return formatDecimal(sum(rows.map(({ cost }) => parseDecimal(cost ?? '0'))));
}

/** What shares are of, in one currency: the costs without the credits, which have no share. */
export function spentOf(rows: readonly Pick<ReportRow, 'cost'>[]): Decimal {
  return parseDecimal(sumOf(rows.filter(({ cost }) => cost?.startsWith('-') === false)));
}
