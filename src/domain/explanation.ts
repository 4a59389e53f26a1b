import type { Day, DaySpan } from './day.js';
import type { Decimal, DecimalText } from './decimal.js';
import type { ReportGroup } from './dimensions.js';
import type { Effect } from './effects.js';

export type Side = 'before' | 'now';

/** A day of an organization that stands on one side, as often as it is listed. */
export interface ComparedDay {
  side: Side;
  /** See `organizationRef`. */
  organization: string;
  day: Day;
  /** Only what was charged in this currency; null for all. */
  currency: string | null;
}

/**
 * Days that are left out of both sides: they were not read, or not after they had ended; or they are of the longer of two months
 * that were not both read whole, and have no day to stand against.
 */
export interface UnreadDays extends DaySpan {
  organization: string;
  organizationId: string;
  side: Side;
}

/** The real day that stands for what is usual. */
export interface UsualDay {
  day: Day;
  currency: string;
  against: Day;
}

/** What spend is compared with: days on which that weekday cost what it usually does, or another period. */
export interface Against extends DaySpan {
  kind: 'usual' | 'period';
}

/** What one line item of a project cost on one side of a comparison, over the days that are compared. */
export interface ChargedLine extends ReportGroup {
  side: Side;
  projectId: string;
  currency: string;
  lineItem: string;
  model: string | null;
  tokenType: string | null;
  cost: Decimal;
  /** Some of it is an amount below zero: a credit or a correction. */
  hasCredit: boolean;
  /** As its bill and as collected usage have them; null where one of its days has none, or they count different things. */
  quantities: Record<QuantitySource, Quantity | null>;
  lastDay: Day;
}

export const QUANTITY_SOURCES = ['bill', 'usage'] as const;
export type QuantitySource = (typeof QUANTITY_SOURCES)[number];

export interface Quantity {
  amount: Decimal;
  unit: string | null;
}

/** Amounts of both sides, exact; the effects add up to the difference to the last digit. */
export interface ExplainedDifference {
  currency: string;
  now: DecimalText;
  before: DecimalText;
  difference: DecimalText;
  effects: Record<Effect, DecimalText>;
}

export interface ExplainedRow extends ReportGroup, ExplainedDifference {
  /** Its line items that cost more or less, the largest difference first. */
  drivers: Driver[];
}

export interface Driver {
  lineItem: string;
  model: string | null;
  tokenType: string | null;
  before: DecimalText;
  now: DecimalText;
  /** Null where neither the bill nor collected usage tells. */
  quantityBefore: DecimalText | null;
  quantityNow: DecimalText | null;
  unit: string | null;
}

/** One effect in one row, and what is behind most of it. */
export interface Cause extends ReportGroup {
  effect: Effect;
  currency: string;
  amount: DecimalText;
  /** `mix`: the model or line item that gained; else the one that moved most. */
  name: string;
  /** `mix`: the one that lost. */
  from?: string;
  /** `volume`: how much was used of all that does the same work. */
  quantity?: { before: DecimalText; now: DecimalText; unit: string | null };
  /** `price`: per unit, for the eye. */
  price?: { before: DecimalText; now: DecimalText; unit: string | null };
  /** `new`, `gone`: all that the row has on that side. */
  whole?: boolean;
  /** `other`: why it cannot be told apart further. */
  reason?: 'credit' | 'no-quantity';
}

/** The document of `explain --json`. */
export interface Explanation extends DaySpan {
  /** What a person would say. */
  sentence: string;
  against: Against;
  /** What stands for the usual of each day; only there when it is compared with that. */
  usual?: UsualDay[];
  totals: ExplainedDifference[];
  /** The largest difference first. */
  rows: ExplainedRow[];
  /** What --top left out, a currency each; only there when something was. */
  others?: (ExplainedDifference & { rows: number })[];
  /** What moved spend, the largest first. */
  causes: Cause[];
  unread: UnreadDays[];
}
