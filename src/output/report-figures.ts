import { parseDecimal, percentOf } from '../domain/decimal.js';
import { TOKENS, type ColumnFigures, type ReportColumn, type UnitFigure } from '../domain/report-columns.js';
import type { Report } from '../domain/report.js';
import type { Cell } from './csv.js';
import { formatMoney, formatQuantity, formatShare } from './format.js';

/** What columns are shown of. */
export type Figured = ColumnFigures & { cost: string | null };

/** A column that people see. What is not told is empty, which is no zero. */
interface FigureView {
  head: string;
  /** @param mostUnits so many units are named */
  cell: (row: Figured, mostUnits?: number) => string;
  /** What it is ordered by. */
  value: (row: Figured) => string | null;
  /** It gives way where a terminal is too narrow. */
  isLesser?: boolean;
}

/** A column of a spreadsheet. */
interface FigureField {
  name: string;
  cell: (row: Figured) => Cell;
}

const WHOLE = parseDecimal('1');
/** So many units of a row are named; documents have all of them. */
const MOST_UNITS = 2;

/** By the words of --columns. */
const VIEWS: Record<ReportColumn, readonly FigureView[]> = {
  tokens: [
    {
      head: 'Tokens',
      cell: namingUnits(({ quantity }) => (quantity === null ? '' : formatQuantity(quantity))),
      value: (row) => countedFirst(row)?.quantity ?? null,
    },
  ],
  'per-1m': [
    {
      head: 'per 1M',
      cell: namingUnits(({ perMillion }) => (perMillion === null ? '' : formatMoney(perMillion))),
      value: (row) => countedFirst(row)?.perMillion ?? null,
    },
    { head: 'Counted', cell: shareCounted, value: () => null, isLesser: true },
  ],
  'cache-share': [
    {
      head: 'Cached',
      cell: ({ cacheShare }) =>
        cacheShare == null ? '' : `${Math.round(percentOf(parseDecimal(cacheShare), WHOLE, 1))} %`,
      value: ({ cacheShare }) => cacheShare ?? null,
    },
  ],
  list: [
    {
      head: 'List',
      cell: ({ listCost }) => (listCost == null ? '' : formatMoney(listCost)),
      value: ({ listCost }) => listCost ?? null,
    },
  ],
};

/** The columns that a report shows beside costs. */
export function figureViews({ columns = [] }: Pick<Report, 'columns'>): FigureView[] {
  return columns.flatMap((column) => VIEWS[column]);
}

/** The same for spreadsheets: of each unit that the report has, tokens first, columns of its own. */
export function figureFields({ columns = [], rows, gone = [], others = [] }: Report): FigureField[] {
  const named = [...rows, ...gone, ...others].flatMap(({ units = [] }) => units.flatMap(({ unit }) => unit ?? []));
  const units = [...new Set([TOKENS, ...[...new Set(named)].sort()])];
  const ofUnits = (...amounts: ('quantity' | 'cost' | 'perMillion')[]) =>
    units.flatMap((unit) =>
      amounts.map((amount) => ({
        name: `${amount}:${unit}`,
        cell: (row: Figured) => row.units?.find((each) => each.unit === unit)?.[amount] ?? null,
      })),
    );
  const fields: Record<ReportColumn, () => FigureField[]> = {
    tokens: () => ofUnits('quantity'),
    'per-1m': () => ofUnits('cost', 'perMillion'),
    'cache-share': () => [{ name: 'cacheShare', cell: ({ cacheShare }) => cacheShare ?? null }],
    list: () => [{ name: 'listCost', cell: ({ listCost }) => listCost ?? null }],
  };
  return columns.flatMap((column) => fields[column]());
}

function countedFirst({ units = [] }: ColumnFigures): UnitFigure | undefined {
  return units.find(({ unit }) => unit !== null);
}

/** An amount of each unit, the unit beside it unless it is what the head says. */
function namingUnits(amountOf: (figure: UnitFigure) => string): FigureView['cell'] {
  return ({ units = [] }, mostUnits = MOST_UNITS) => {
    const told = units.flatMap((figure) => {
      const amount = amountOf(figure);
      if (amount === '' || figure.unit === null) return [];
      return figure.unit === TOKENS ? [amount] : [`${amount} ${figure.unit}`];
    });
    const more = told.length - mostUnits;
    return [...told.slice(0, mostUnits), ...(more > 0 ? [`${more} more`] : [])].join(', ');
  };
}

/** How much of a cost the first price is of, where that is not all. */
function shareCounted(row: Figured): string {
  const first = countedFirst(row);
  if (first === undefined || first.perMillion === null) return '';
  const share = formatShare(first.cost, parseDecimal(row.cost ?? '0'));
  return share === '100 %' ? '' : share;
}
