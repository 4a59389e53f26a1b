import { formatDecimal, parseDecimal, proportion, quotient, sum, ZERO, type DecimalText } from './decimal.js';

/** What a report shows beside costs where it is asked for. */
export const REPORT_COLUMNS = ['tokens', 'per-1m', 'cache-share', 'list'] as const;
export type ReportColumn = (typeof REPORT_COLUMNS)[number];

/** What charges count. It is one quantity only where all of them have one, of one unit. */
export interface Counted {
  quantity: DecimalText;
  units: readonly string[];
  /** Some charge that costs something has no quantity, or one of nobody knows what. */
  lacking: boolean;
}

/** How much was used of what some rows cost, and what that was before discounts. */
export interface Measures {
  all: Counted;
  /** Input alone, and what of it was read from a cache. */
  input: Counted;
  cached: DecimalText;
  /** The cost where the provider does not tell it. */
  listCost: DecimalText | null;
}

/** As documents carry it: what was asked for, null where it is not told. */
export interface ColumnFigures {
  /** Exact. */
  quantity?: DecimalText | null;
  quantityUnit?: string | null;
  /** Cost of a million of the unit, rounded once after 18 decimals, half to even. */
  perMillion?: DecimalText | null;
  /** Of the input tokens, from 0 to 1; rounded as `perMillion` is. */
  cacheShare?: DecimalText | null;
  listCost?: DecimalText | null;
}

const DECIMALS = 18;
const MILLION = 1_000_000n;
const NOTHING: Counted = { quantity: '0', units: [], lacking: false };

export function addMeasures(parts: readonly Measures[]): Measures {
  const listed = parts.flatMap(({ listCost }) => listCost ?? []);
  return {
    all: addCounted(parts.map(({ all }) => all)),
    input: addCounted(parts.map(({ input }) => input)),
    cached: addTexts(parts.map(({ cached }) => cached)),
    listCost: listed.length === 0 ? null : addTexts(listed),
  };
}

function addCounted(parts: readonly Counted[]): Counted {
  return {
    quantity: addTexts(parts.map(({ quantity }) => quantity)),
    units: [...new Set(parts.flatMap(({ units }) => units))],
    lacking: parts.some(({ lacking }) => lacking),
  };
}

function addTexts(amounts: readonly DecimalText[]): DecimalText {
  return formatDecimal(sum(amounts.map((each) => parseDecimal(each))));
}

/** The columns of a row, a sub-total or a total. @param cost null where it is unknown */
export function figuresOf(
  cost: DecimalText | null,
  measures: Measures | undefined,
  columns: readonly ReportColumn[],
): ColumnFigures {
  const unit = unitOf(measures?.all ?? NOTHING);
  const quantity = unit === null ? null : (measures?.all.quantity ?? null);
  const figures: Record<ReportColumn, () => ColumnFigures> = {
    tokens: () => ({ quantity, quantityUnit: unit }),
    'per-1m': () => ({ quantityUnit: unit, perMillion: perMillionOf(cost, quantity) }),
    'cache-share': () => ({ cacheShare: measures === undefined ? null : cacheShareOf(measures) }),
    list: () => ({ listCost: measures?.listCost ?? null }),
  };
  return Object.assign({}, ...columns.map((column) => figures[column]())) as ColumnFigures;
}

function unitOf({ units, lacking }: Counted): string | null {
  return lacking || units.length !== 1 ? null : (units[0] ?? null);
}

function perMillionOf(cost: DecimalText | null, quantity: DecimalText | null): DecimalText | null {
  if (cost === null || quantity === null || parseDecimal(quantity) === ZERO) return null;
  return formatDecimal(quotient(proportion(parseDecimal(cost), MILLION), parseDecimal(quantity), DECIMALS));
}

function cacheShareOf({ input, cached }: Measures): DecimalText | null {
  if (unitOf(input) === null || parseDecimal(input.quantity) <= ZERO) return null;
  return formatDecimal(quotient(parseDecimal(cached), parseDecimal(input.quantity), DECIMALS));
}
