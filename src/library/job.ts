import { addDays, toDay, type Day } from '../domain/day.js';
import { resolvePeriod } from '../domain/period.js';
import { requireOneOf } from '../domain/one-of.js';
import { BASES } from '../domain/results.js';
import { checkDuration, firstDayOf, parseTime } from '../domain/time.js';
import { USAGE_WIDTHS } from '../domain/usage.js';
import { CostsError } from '../errors.js';
import { planBackfill, planSync, type PlanInput, type SyncPlan } from '../sync/plan.js';
import type { BackfillRequest, CollectRequest, SyncRequest } from './requests.js';

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
