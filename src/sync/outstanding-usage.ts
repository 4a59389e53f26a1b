import { dayState, isReadWhole } from '../domain/coverage.js';
import { addDays, daysOf, type Day, type DaySpan } from '../domain/day.js';
import type { UsageRead } from '../domain/usage-store.js';
import type { WindowWork } from './work.js';

/**
 * The first days of a window that the same reports are still to be read of, and those reports. One that was read by this run, by
 * those that a limit of requests ended before it, or since the day settled, is not asked for again.
 */
export function outstandingOf(
  window: DaySpan,
  endpoints: readonly string[],
  reads: readonly UsageRead[],
  { resumedSince, options: { plannedAt, forced } }: WindowWork,
): { span: DaySpan; endpoints: readonly string[] } {
  const isDone = ({ day, readAt }: UsageRead) =>
    readAt >= plannedAt ||
    (resumedSince !== undefined && readAt >= resumedSince && isReadWhole(day, readAt)) ||
    (!forced && dayState(day, readAt) === 'settled');
  const done = new Set(reads.filter(isDone).map(({ day, endpoint }) => `${day} ${endpoint}`));
  const leftOf = (day: Day) => endpoints.filter((endpoint) => !done.has(`${day} ${endpoint}`));
  const left = leftOf(window.since);
  // Read meanwhile by somebody else: what they read is read again, as it is of bills.
  const due = left.length === 0 ? endpoints : left;
  const other = daysOf(window).find((day) => leftOf(day).join() !== left.join());
  return {
    span: { since: window.since, until: other === undefined ? window.until : addDays(other, -1) },
    endpoints: due,
  };
}
