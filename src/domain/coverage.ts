import { SETTLED_AFTER_DAYS, type CollectedDay, type DayState } from './collection.js';
import { addDays, endOfDay, type Day } from './day.js';
import type { CoverageSpan } from './report.js';

/** The state of a day follows from its last successful read; null means it was never read. */
export function dayState(day: Day, readAt: Date | null, isAdopted = false): DayState {
  if (readAt === null) return isAdopted ? 'adopted' : 'gap';
  if (readAt < endOfDay(day)) return 'open';
  return readAt < endOfDay(addDays(day, SETTLED_AFTER_DAYS)) ? 'provisional' : 'settled';
}

/** Read after it had ended: what was read of a day that went on is less than the day cost. */
export function isReadWhole(day: Day, readAt: Date | null): boolean {
  return readAt !== null && readAt >= endOfDay(day);
}

/** Tells the state of any day from the days that were read. */
export function coverageOf(collected: readonly CollectedDay[]): (day: Day) => DayState {
  const known = new Map(collected.map((each) => [each.day, each]));
  return (day) => dayState(day, known.get(day)?.readAt ?? null, known.get(day)?.isAdopted);
}

/** Days whose last read is dated in the future; adopted ones were never read. */
export function readAhead(collected: readonly CollectedDay[]): Day[] {
  return collected.filter(({ readAt, isAdopted }) => readAt === null && isAdopted !== true).map(({ day }) => day);
}

/** Up to yesterday: that today is not read yet is no news. */
export function closedSpans(spans: readonly CoverageSpan[], yesterday: Day): CoverageSpan[] {
  return spans
    .filter(({ since }) => since <= yesterday)
    .map((span) => ({ ...span, until: span.until < yesterday ? span.until : yesterday }));
}
