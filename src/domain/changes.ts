import type { RestatementCause } from './collection.js';
import type { DaySpan } from './day.js';
import type { DecimalText } from './decimal.js';
import type { ProviderId } from './provider.js';
import type { GroupWord, ReportGroup } from './dimensions.js';

/**
 * Why a figure is not what it was. `gap-filled`: a day that had ended was read for the first time; `new`: a day that was not
 * over, or had not begun; `open`: a day that had been read while it went on, and went on. The others are changes of a day that
 * had been read after its end.
 */
export type ChangeCause = RestatementCause | 'gap-filled' | 'open' | 'new';

export interface ChangeRow extends ReportGroup {
  currency: string;
  cause: ChangeCause;
  /** Rows of bills that were added, changed or taken away. */
  rows: number;
  /** Exact. */
  difference: DecimalText;
}

export interface ChangeTotal {
  currency: string;
  before: DecimalText;
  now: DecimalText;
  difference: DecimalText;
  byCause: { cause: ChangeCause; rows: number; difference: DecimalText }[];
}

/** How long after a day's end a provider still changed its bill: of the changes seen lately, in days. */
export interface Lateness {
  provider: ProviderId;
  changes: number;
  median: number;
  p95: number;
  max: number;
}

/** The document of `changes --json`: from the report as of one instant to the report of another. */
export interface Changes extends DaySpan {
  from: string;
  to: string;
  groupBy: GroupWord[];
  rows: ChangeRow[];
  totals: ChangeTotal[];
  lateness: Lateness[];
}
