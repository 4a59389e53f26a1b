import { parseDecimal, percentOf } from '../domain/decimal.js';
import type { ColumnFigures, ReportColumn } from '../domain/report-columns.js';
import { formatMoney, formatQuantity } from './format.js';

type Amount = Exclude<keyof ColumnFigures, 'quantityUnit'>;

/** A column that was asked for: what people see, and the fields of documents that it shows. */
interface FigureView {
  head: string;
  amount: Amount;
  /** Whether the amount is of a unit. */
  hasUnit: boolean;
  cell: (figures: ColumnFigures) => string;
}

const WHOLE = parseDecimal('1');

/** By the words of --columns. What is not told is empty, which is no zero. */
const VIEWS: Record<ReportColumn, FigureView> = {
  tokens: {
    head: 'Tokens',
    amount: 'quantity',
    hasUnit: true,
    cell: ({ quantity, quantityUnit }) => (quantity == null ? '' : `${formatQuantity(quantity)}${named(quantityUnit)}`),
  },
  'per-1m': {
    head: 'per 1M',
    amount: 'perMillion',
    hasUnit: true,
    cell: ({ perMillion, quantityUnit }) =>
      perMillion == null ? '' : `${formatMoney(perMillion)}${named(quantityUnit)}`,
  },
  'cache-share': {
    head: 'Cached',
    amount: 'cacheShare',
    hasUnit: false,
    cell: ({ cacheShare }) =>
      cacheShare == null ? '' : `${Math.round(percentOf(parseDecimal(cacheShare), WHOLE, 1))} %`,
  },
  list: {
    head: 'List',
    amount: 'listCost',
    hasUnit: false,
    cell: ({ listCost }) => (listCost == null ? '' : formatMoney(listCost)),
  },
};

/** The columns that a report shows beside costs. */
export function figureViews({ columns = [] }: { columns?: readonly ReportColumn[] }): FigureView[] {
  return columns.map((column) => VIEWS[column]);
}

/** The fields of all of them, each once. */
export function figureFields(report: { columns?: readonly ReportColumn[] }): (keyof ColumnFigures)[] {
  const fields = figureViews(report).flatMap(({ amount, hasUnit }) =>
    hasUnit ? [amount, 'quantityUnit' as const] : [amount],
  );
  return [...new Set(fields)];
}

/** What the head says is not said again. */
function named(unit: string | null | undefined): string {
  return unit == null || unit === 'tokens' ? '' : ` ${unit}`;
}
