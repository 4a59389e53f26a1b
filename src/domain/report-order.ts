import {
  absolute,
  compare,
  formatDecimal,
  parseDecimal,
  proportion,
  quotient,
  subtract,
  sum,
  ZERO,
  type Decimal,
} from './decimal.js';
import { dimensionOf, fieldsOf, groupKey, isTimeWord, type GroupWord, type ReportGroup } from './dimensions.js';
import { groupInto } from './group-into.js';
import { addMeasures, figuresOf } from './report-columns.js';
import type { Compared, ComparedRow, Report, ReportComparison, ReportRow, Subtotal } from './report.js';

export const SORTS = ['cost', 'name', 'change'] as const;
export type ReportSort = (typeof SORTS)[number];

const PERCENT_DECIMALS = 2;

export interface ReportOrder {
  /** As the store gives them (by time, then the largest first) when absent. */
  sort?: ReportSort;
  /** So many rows a currency; the others are added up. */
  top?: number;
}

/**
 * The report as it was asked for: each row, sub-total and total with how it compares, rows that are gone, all in order and no
 * more of them than wanted. Sub-totals and totals stay those of all rows, so that their changes add up.
 */
export function arrangeReport(report: Report, { sort, top }: ReportOrder, comparison: ReportComparison | null): Report {
  const rows = comparison === null ? report.rows : compareRows(report.rows, comparison);
  const gone = comparison === null ? [] : goneRows(report.rows, comparison);
  const all = [...rows, ...gone];
  const isGone = new Set(gone);
  const hasTotal = new Set(report.totals.map(({ currency }) => currency));
  const { columns = [] } = report;
  const shown = ({ measures, ...row }: ReportRow): ReportRow => ({ ...row, ...figuresOf(measures, columns) });
  const figures = (part: readonly ReportRow[]) =>
    figuresOf(addMeasures(part.flatMap(({ measures }) => measures ?? [])), columns);
  const subtotal = (part: readonly ReportRow[]): Omit<Subtotal, 'currency'> => {
    const present = part.filter((row) => !isGone.has(row));
    const unknown = present.length > 0 && present.every(({ cost }) => cost === null);
    const cost = unknown ? null : sumOf(present);
    return {
      cost,
      rows: present.length,
      ...figures(present),
      ...(comparison === null ? {} : { compared: sumCompared(part) }),
    };
  };
  const ordered = sort === undefined ? all : all.sort(comparer(sort, report.groupBy));
  const lost = groupInto(gone, ({ currency }) => [currency]).map(([{ currency }]) => ({ currency, cost: '0' }));
  const [kept, left] = top === undefined ? [ordered, []] : cut(ordered, top);
  return {
    ...report,
    ...(comparison === null
      ? {}
      : { comparedWith: comparison.previous, gone: kept.filter((row) => isGone.has(row)).map(shown) }),
    rows: kept.filter((row) => !isGone.has(row)).map(shown),
    ...(report.groupBy.length < 2 ? {} : { subtotals: subtotalsOf(ordered, report, sort, subtotal) }),
    ...(left.length > 0
      ? {
          others: groupInto(left, ({ currency }) => [currency]).map((part) => ({
            currency: part[0].currency,
            ...subtotal(part),
            spent: formatDecimal(spentOf(part)),
          })),
        }
      : {}),
    // A currency of which all is gone has a total, too, or nothing would say in which currency that was.
    totals: [...report.totals, ...lost.filter((each) => !hasTotal.has(each.currency))].map((total) => {
      const part = all.filter(({ currency }) => currency === total.currency);
      const figured = { ...total, ...figures(part) };
      return comparison === null ? figured : { ...figured, compared: sumCompared(part) };
    }),
  };
}

/** What is there and what is gone in one list, those that changed most first. */
export function allByChange({ rows, gone = [] }: Pick<Report, 'rows' | 'gone'>): ReportRow[] {
  return [...rows, ...gone].sort(comparer('change'));
}

/** As documents carry it: exact figures alone. */
export function reportDocument(report: Report): Report {
  if (report.comparedWith === undefined) return report;
  return JSON.parse(JSON.stringify(report, (key, value: unknown) => (key === 'trend' ? undefined : value))) as Report;
}

/** Rows that bills and estimates make of one group share one comparison, which stands once. */
function compareRows(rows: readonly ReportRow[], comparison: ReportComparison): ReportRow[] {
  const seen = new Set<string>();
  return rows.map((row) => {
    const key = groupKey(row);
    const compared = seen.has(key) ? undefined : comparison.rows.get(key);
    if (row.cost === null || compared === undefined) return row;
    seen.add(key);
    return { ...row, compared: comparedOf(compared) };
  });
}

/** The largest first. What has usage without a price now is told here, too: how much of it is gone, nobody knows. */
function goneRows(rows: readonly ReportRow[], comparison: ReportComparison): ReportRow[] {
  const [present, unpriced] = [false, true].map(
    (is) => new Set(rows.filter(({ cost }) => (cost === null) === is).map(groupKey)),
  ) as [Set<string>, Set<string>];
  return [...comparison.rows]
    .filter(([key, { previous }]) => !present.has(key) && previous !== '0')
    .map(([key, { current, previous, partial, trend, ...group }]): ReportRow => {
      const compared = comparedOf({ current, previous, partial: partial || unpriced.has(key), trend });
      return { ...group, cost: '0', estimated: false, compared };
    })
    .sort((a, b) => compare(changeOf(b), changeOf(a)));
}

function comparedOf({ current, previous, partial, trend }: ComparedRow): Compared {
  const [now, before] = [parseDecimal(current), parseDecimal(previous)];
  const difference = subtract(now, before);
  const changePercent =
    before > ZERO ? formatDecimal(quotient(proportion(difference, 100n), before, PERCENT_DECIMALS)) : null;
  return { current, previous, difference: formatDecimal(difference), changePercent, partial, trend };
}

function cut(rows: readonly ReportRow[], top: number): [kept: ReportRow[], left: ReportRow[]] {
  const counts = new Map<string, number>();
  const [kept, left]: [ReportRow[], ReportRow[]] = [[], []];
  for (const row of rows) {
    const count = (counts.get(row.currency) ?? 0) + 1;
    counts.set(row.currency, count);
    (count <= top ? kept : left).push(row);
  }
  return [kept, left];
}

/** By what they come to, unless they have an order of their own. */
function subtotalsOf(
  rows: readonly ReportRow[],
  { groupBy }: Report,
  sort: ReportSort | undefined,
  subtotal: (part: readonly ReportRow[]) => Omit<Subtotal, 'currency'>,
): (ReportGroup & Subtotal)[] {
  const parts = groupInto(rows, (row) => [groupKey(firstGroup(row, groupBy))]);
  const found = parts.map((part) => ({ ...firstGroup(part[0], groupBy), ...subtotal(part) }));
  const [first] = groupBy;
  if (sort === 'name' || (first !== undefined && isTimeWord(first))) return found;
  return found.sort(comparer(sort ?? 'cost', groupBy));
}

/** What of a row its sub-total is about. */
export function firstGroup(row: ReportRow, [first]: Report['groupBy']): ReportGroup & { currency: string } {
  return { ...fieldsOf(row, first === undefined ? [] : [first]), currency: row.currency };
}

type Ordered = ReportGroup & Pick<ReportRow, 'currency' | 'cost' | 'compared'>;

function comparer(sort: ReportSort, groupBy: readonly GroupWord[] = []): (a: Ordered, b: Ordered) => number {
  const shown = groupBy.flatMap((word) => Object.values(dimensionOf(word).columns));
  if (sort === 'name') return (a, b) => nameOf(a, shown).localeCompare(nameOf(b, shown), 'en');
  const value = (row: Ordered) => (sort === 'cost' ? parseDecimal(row.cost ?? '0') : changeOf(row));
  // What is unknown comes last: it is no zero.
  const unknown = ({ cost }: Ordered) => (cost === null ? 1 : 0);
  return (a, b) => unknown(a) - unknown(b) || compare(value(b), value(a));
}

/** How much a row changed, either way. */
function changeOf({ compared }: Ordered): Decimal {
  return absolute(parseDecimal(compared?.difference ?? '0'));
}

/** What people see of a row first, then what tells apart what is called alike. */
function nameOf(
  { cost: _cost, compared: _compared, currency, ...group }: Ordered,
  shown: readonly (keyof ReportGroup)[],
): string {
  return [...shown.map((field) => group[field]), ...Object.values(group), currency]
    .map((value) => (typeof value === 'string' ? value : ''))
    .join('\u0000');
}

function sumCompared(rows: readonly ReportRow[]): Compared {
  const found = rows.flatMap(({ compared }) => compared ?? []);
  const sumBy = (pick: (row: ComparedRow) => string) => formatDecimal(sum(found.map((row) => parseDecimal(pick(row)))));
  const trend = (found[0]?.trend ?? []).map((_, day) => {
    const values = found.map((row) => row.trend?.[day] ?? null).filter((value) => value !== null);
    return values.length === 0 ? null : values.reduce((a, b) => a + b, 0);
  });
  return comparedOf({
    current: sumBy(({ current }) => current),
    previous: sumBy(({ previous }) => previous),
    partial: found.some(({ partial }) => partial),
    trend,
  });
}

/** What is known of the costs of one currency, added; the caller says that others are unknown. */
export function sumOf(rows: readonly Pick<ReportRow, 'cost'>[]): string {
  return formatDecimal(sum(rows.map(({ cost }) => parseDecimal(cost ?? '0'))));
}

/** What shares are of, in one currency: the costs without the credits, which have no share. */
export function spentOf(rows: readonly Pick<ReportRow, 'cost'>[]): Decimal {
  return parseDecimal(sumOf(rows.filter(({ cost }) => cost?.startsWith('-') === false)));
}

/** The same of all of a report's rows, by currency. */
export function spentByCurrency({ rows, others = [], totals }: Report): Map<string, Decimal> {
  return new Map(
    totals.map(({ currency }) => {
      const isOf = (row: { currency: string }) => row.currency === currency;
      const left = others.filter(isOf).map(({ spent }) => parseDecimal(spent));
      return [currency, sum([spentOf(rows.filter(isOf)), ...left])];
    }),
  );
}
