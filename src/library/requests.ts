import type { GroupWord, PatternWord } from '../domain/dimensions.js';
import type { PeriodRequest } from '../domain/period.js';
import type { ProviderId } from '../domain/provider.js';
import type { ReportBasis, RowFilter } from '../domain/report.js';
import type { ReportColumn } from '../domain/report-columns.js';
import type { ReportOrder } from '../domain/report-order.js';
import type { Basis } from '../domain/results.js';
import type { UsageWidth } from '../domain/usage.js';
import type { SyncEvent } from '../sync/events.js';
import type { SyncPlan } from '../sync/plan.js';

// What is asked of the library: types alone, so that a program that uses it is compiled without the packages it is made of.

/** Which organizations a piece of work is about. */
export interface Selection {
  provider?: ProviderId;
  /** By name or id. */
  organization?: string;
}

export type TagFilter = NonNullable<RowFilter['tags']>[number];

type CamelCase<Word> = Word extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Tail>}` : Word;
export type PatternName = CamelCase<PatternWord>;

/** Which rows count: of a provider, an organization, a project, with a tag, and by patterns for the values of dimensions. */
export interface RowSelection extends Selection, Partial<Record<PatternName, string>> {
  /** By name or id; `*` and `?` stand for anything in names. */
  project?: string;
  /** Tags of the day; a null value is for projects without the tag. */
  tag?: TagFilter[];
}

/** What happens while a run is at work, for whoever shows it. */
export type CollectEvent =
  | SyncEvent
  | { type: 'planned'; plan: SyncPlan }
  /** The key of an organization ends soon, or has ended. */
  | { type: 'key-expires'; message: string }
  /** Reads of an organization are dated in the future, and its days are read again. */
  | { type: 'read-ahead'; message: string }
  /** Days that were wanted cannot be read any more. */
  | { type: 'out-of-reach'; message: string };

/** What `sync` and `backfill` have in common. */
export interface CollectRequest extends Selection {
  /** Bills, or the usage beside them; default: billed. */
  basis?: Basis;
  /** How fine usage is read; default: a day. */
  bucket?: UsageWidth;
  /** Write even when most of what is stored of a window would be lost. */
  acceptRestatement?: boolean;
  /** Then compare what was read with the provider's own totals. */
  verify?: boolean;
  /** Seconds the run may take; finished windows are kept. */
  timeout?: number;
  /** Seconds to wait for an organization that another process collects; default: it is skipped. */
  wait?: number;
  /** Whether to wait until a provider allows requests again; default: only within `timeout`. */
  mayWait?: (until: Date) => Promise<boolean>;
  onEvent?: (event: CollectEvent) => void;
}

export interface SyncRequest extends CollectRequest {
  /** Read no further back than so many days before today, or than a time such as 7d or last-month. */
  lookback?: number | string;
}

/** A period, or its first day and, unless it is today, its last. */
export interface BackfillRequest extends CollectRequest, PeriodRequest {
  /** Read settled days again, too. */
  force?: boolean;
}

export interface ReportRequest extends RowSelection, PeriodRequest, ReportOrder {
  /** One to three of the dimensions; default: project. */
  groupBy?: readonly GroupWord[];
  /** Default: best, which is billed cost and, where there is none, estimates. */
  basis?: ReportBasis;
  /** The bills as they were then: a moment, how long ago such as 7d, or days, where the first of them begins. */
  asOf?: string;
  /** Shown beside costs. */
  columns?: readonly ReportColumn[];
}

export interface ExportRequest extends RowSelection, PeriodRequest {
  /** Default: best, which is billed cost and, where there is none, estimates. */
  basis?: ReportBasis;
  /** The bills as they were then; quantities of rows that changed since are not kept. */
  asOf?: string;
  /** Looks for the quantities of bills that name none in the usage that was collected. */
  withUsage?: boolean;
}

/** Which days; default: the last 30 that ended. */
export interface VerifyRequest extends Selection, PeriodRequest {
  /** Only compare the rows with what was written, of all days unless said; asks no provider. */
  stored?: boolean;
}
