import { addDays, toDay, type Day } from '../domain/day.js';
import { resolvePeriod, type PeriodRequest } from '../domain/period.js';
import { requireOneOf } from '../domain/one-of.js';
import { BASES, type Basis } from '../domain/results.js';
import { checkDuration, firstDayOf, parseTime } from '../domain/time.js';
import { USAGE_WIDTHS, type UsageWidth } from '../domain/usage.js';
import { CostsError } from '../errors.js';
import type { SyncEvent } from '../sync/events.js';
import { planBackfill, planSync, type PlanInput, type SyncPlan } from '../sync/plan.js';
import type { Selection } from './organizations.js';

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

/** A request with the way its days are chosen. */
export interface Job {
  command: SyncPlan['command'];
  request: CollectRequest;
  forced: boolean;
  makePlan: (input: PlanInput) => SyncPlan;
}

/** All days that are not settled, up to today. @throws CostsError `usage` */
export function syncJob(request: SyncRequest): Job {
  checkRequest(request);
  const floorOf = readLookback(request.lookback);
  return { command: 'sync', request, forced: false, makePlan: (input) => planSync(input, floorOf(input.today)) };
}

/** The days of a past range that were never read or are not settled, or all of them. @throws CostsError `usage` */
export async function backfillJob(request: BackfillRequest, clock: () => Promise<Date>): Promise<Job> {
  checkRequest(request);
  if (request.since === undefined && request.period === undefined)
    throw new CostsError('usage', 'Which days?', { hint: 'costs backfill last-month' });
  const { since, until } = resolvePeriod(request, toDay(await clock()));
  const span = { since, until };
  const forced = request.force === true;
  return { command: 'backfill', request, forced, makePlan: (input) => planBackfill(input, span, forced) };
}

/** @throws CostsError `usage` */
export function readLookback(lookback: number | string = ''): (today: Day) => Day | null {
  if (lookback === '') return () => null;
  if (/^\d{1,5}$/.test(String(lookback))) return (today) => addDays(today, -Number(lookback));
  const time = parseTime(String(lookback));
  return (today) => firstDayOf(time, today);
}

/** Bills come by the day only, and only of them a provider has totals. */
function checkRequest({ basis = 'billed', bucket, verify, timeout = 0, wait = 0 }: CollectRequest): void {
  requireOneOf(basis, BASES);
  if (bucket !== undefined) requireOneOf(bucket, USAGE_WIDTHS);
  for (const seconds of [timeout, wait]) checkDuration(seconds);
  if (verify === true && basis === 'usage')
    throw new CostsError('usage', 'No provider has totals of usage to compare with; --verify is for bills.');
  if (bucket === undefined || basis === 'usage') return;
  throw new CostsError('usage', 'Bills come by the day only; --bucket is for usage.', { hint: 'Add --basis usage.' });
}
