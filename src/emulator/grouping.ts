import { formatDecimal, parseDecimal, round, sum } from '../domain/decimal.js';
import { amountText, type WorldRow } from './world.js';

/** The dimensions of a row, by the name the provider groups them under. */
export type Dimensions = Record<string, (row: WorldRow) => string | null>;

/** A row of an answer: a row of the bill as it is, or the sum of several. */
export interface GroupedRow {
  /** Any row of the sum; only the dimensions asked for are true of all of them. */
  row: WorldRow;
  /** A row's own token, or the plain text of a sum. */
  amount: { token: string } | { sum: string };
  quantity: string | null;
  quantityUnit: string | null;
}

export interface Grouping {
  /** All there are. */
  dimensions: Dimensions;
  /** Those the query names. */
  asked: string[];
  /** The query is as fine as bills are read: rows alike in every dimension then stay apart, as providers do send a line twice. */
  finest: boolean;
  /** Decimals of sums; null is exact. */
  sumDecimals: number | null;
}

/** Rows that agree in all that was asked for are added up, per currency. */
export function groupRows(rows: WorldRow[], { dimensions, asked, finest, sumDecimals }: Grouping): GroupedRow[] {
  const groups = new Map<string, WorldRow[]>();
  for (const row of rows) {
    const key = cellKey(row, dimensions, asked);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const names = Object.keys(dimensions);
  return [...groups.values()].flatMap((group) => {
    const alike =
      finest && (group.length === 1 || new Set(group.map((row) => cellKey(row, dimensions, names))).size === 1);
    return alike ? group.map(asItIs) : [sumOf(group, sumDecimals)];
  });
}

/** Null is told from an empty text; control characters are in no name. */
function cellKey(row: WorldRow, dimensions: Dimensions, names: string[]): string {
  let key = row.currency.toUpperCase();
  for (const name of names) {
    const value = dimensions[name]?.(row) ?? null;
    key += value === null ? '\u0000' : `\u0001${value}`;
  }
  return key;
}

function asItIs(row: WorldRow): GroupedRow {
  return { row, amount: { token: row.amount }, quantity: row.quantity, quantityUnit: row.quantityUnit };
}

function sumOf(rows: WorldRow[], sumDecimals: number | null): GroupedRow {
  const row = rows[0] as WorldRow;
  const total = sum(rows.map(({ amount }) => parseDecimal(amountText(amount))));
  const sameUnit = rows.every(({ quantity, quantityUnit }) => quantity !== null && quantityUnit === row.quantityUnit);
  const quantity = sameUnit ? formatDecimal(sum(rows.map((each) => parseDecimal(each.quantity ?? '0')))) : null;
  return {
    row,
    amount: { sum: formatDecimal(sumDecimals === null ? total : round(total, sumDecimals)) },
    quantity,
    quantityUnit: sameUnit ? row.quantityUnit : null,
  };
}
