import { CostsError } from '../errors.js';
import { compare, formatDecimal, parseDecimal, proportion, quotient, sum, ZERO, type DecimalText } from './decimal.js';
import { groupInto } from './group-into.js';
import { requireOneOf } from './one-of.js';

/** What a report shows beside costs where it is asked for. */
export const REPORT_COLUMNS = ['tokens', 'per-1m', 'cache-share', 'list'] as const;
export type ReportColumn = (typeof REPORT_COLUMNS)[number];

/** @throws CostsError `usage` unless each is one of the columns, and none comes twice */
export function checkColumns(names: readonly string[]): readonly ReportColumn[] {
  for (const name of names) requireOneOf(name, REPORT_COLUMNS);
  if (new Set(names).size === names.length) return names as ReportColumn[];
  throw new CostsError('usage', 'Give each column once.');
}

/** What the charges of one unit come to; a null unit is of charges of which nobody says how much was used. */
export interface Counted {
  unit: string | null;
  quantity: DecimalText;
  cost: DecimalText;
}

/** How much was used of what some rows cost, and what that was before discounts. */
export interface Measures {
  /** Each unit once. */
  counted: readonly Counted[];
  /** Tokens that went into models, and those of them that were read from a cache. */
  input: DecimalText;
  cached: DecimalText;
  /** The cost where the provider does not tell it. */
  listCost: DecimalText;
}

/** Charges that are counted in one unit; those of a row add up to its cost. */
export interface UnitFigure {
  /** Null for charges without a quantity, such as credits and seats, which are in no price of a unit. */
  unit: string | null;
  /** Exact; of the bill, else of collected usage. */
  quantity: DecimalText | null;
  /** Exact: what `perMillion` is made of. */
  cost: DecimalText;
  /** Cost of a million of the unit, rounded once after 18 decimals, half to even. */
  perMillion: DecimalText | null;
}

/** As documents carry it: what was asked for, null where it is not told. */
export interface ColumnFigures {
  /** Tokens first, then what cost most, charges without a quantity last. */
  units?: UnitFigure[];
  /** Of the input tokens that are counted, from 0 to 1; rounded as `perMillion` is. */
  cacheShare?: DecimalText | null;
  listCost?: DecimalText | null;
}

/** What most is counted in, and stands first. */
export const TOKENS = 'tokens';

const DECIMALS = 18;
const MILLION = 1_000_000n;

/** Unlike quantities are never added. */
export function addMeasures(parts: readonly Measures[]): Measures | undefined {
  if (parts.length === 0) return undefined;
  return {
    counted: groupInto(
      parts.flatMap(({ counted }) => counted),
      ({ unit }) => [unit],
    ).map((same) => ({
      unit: same[0].unit,
      quantity: addTexts(same.map(({ quantity }) => quantity)),
      cost: addTexts(same.map(({ cost }) => cost)),
    })),
    input: addTexts(parts.map(({ input }) => input)),
    cached: addTexts(parts.map(({ cached }) => cached)),
    listCost: addTexts(parts.map(({ listCost }) => listCost)),
  };
}

function addTexts(amounts: readonly DecimalText[]): DecimalText {
  return formatDecimal(sum(amounts.map((each) => parseDecimal(each))));
}

/** The columns of a row, a sub-total or a total. @param measures none where nothing is known of what it cost */
export function figuresOf(measures: Measures | undefined, columns: readonly ReportColumn[]): ColumnFigures {
  const units = { units: measures === undefined ? [] : unitsOf(measures) };
  const figures: Record<ReportColumn, ColumnFigures> = {
    tokens: units,
    'per-1m': units,
    'cache-share': { cacheShare: measures === undefined ? null : cacheShareOf(measures) },
    list: { listCost: measures?.listCost ?? null },
  };
  return Object.assign({}, ...columns.map((column) => figures[column])) as ColumnFigures;
}

function unitsOf({ counted }: Measures): UnitFigure[] {
  const place = ({ unit }: Counted) => (unit === TOKENS ? 0 : unit === null ? 2 : 1);
  return counted
    .filter(({ unit, cost }) => unit !== null || cost !== '0')
    .sort((a, b) => place(a) - place(b) || compare(parseDecimal(b.cost), parseDecimal(a.cost)))
    .map(({ unit, quantity, cost }) =>
      unit === null
        ? { unit, quantity: null, cost, perMillion: null }
        : { unit, quantity, cost, perMillion: perMillionOf(cost, quantity) },
    );
}

function perMillionOf(cost: DecimalText, quantity: DecimalText): DecimalText | null {
  const used = parseDecimal(quantity);
  return used === ZERO ? null : formatDecimal(quotient(proportion(parseDecimal(cost), MILLION), used, DECIMALS));
}

function cacheShareOf({ input, cached }: Measures): DecimalText | null {
  const all = parseDecimal(input);
  return all <= ZERO ? null : formatDecimal(quotient(parseDecimal(cached), all, DECIMALS));
}
