import { addDays, daysOf, type Day } from './day.js';
import { subtract, ZERO, type Decimal } from './decimal.js';
import { firstKnown, median, peaksOf, type DailySeries } from './spikes.js';

const WEEK = 7;
/** What a day costs now is held against five whole weeks that ended eight weeks ago. */
const BEFORE = { first: 91, last: 57 };
const LEAST_DAYS_BEFORE = 21;
const LEAST_DAYS_NOW = 5;

/** A project that costs far more than it did, and of which no day stood out on the way: a slow doubling. */
export interface Rise<Series> {
  series: Series;
  /** What a day costs: the median of the last week, and of the weeks two to three months before. */
  now: Decimal;
  before: Decimal;
}

/**
 * Projects whose usual day costs at least three quarters more than two to three months ago. A step is not told here: its first
 * days were spikes.
 * @param until the last day that ended
 * @param leastExcess in units of the currency, of a day
 */
export function findRises<Series extends DailySeries>(
  all: readonly Series[],
  until: Day,
  leastExcess: Decimal,
): Rise<Series>[] {
  return all.flatMap((series) => {
    const now = levelOf(series, addDays(until, 1 - WEEK), until, LEAST_DAYS_NOW);
    const before = levelOf(series, addDays(until, -BEFORE.first), addDays(until, -BEFORE.last), LEAST_DAYS_BEFORE);
    if (now === null || before === null || before <= ZERO) return [];
    const excess = subtract(now, before);
    if (now * 4n < before * 7n || excess < leastExcess || hasStep(series, until, now)) return [];
    return [{ series, now, before }];
  });
}

/** The median of the days that were read; null where these are too few. */
function levelOf({ costs, isWhole, knownFrom }: DailySeries, since: Day, until: Day, least: number): Decimal | null {
  const first = firstKnown({ costs, knownFrom }, until);
  const days = daysOf({ since, until }).filter((day) => day >= first && isWhole(day));
  return days.length < least ? null : median(days.map((day) => costs.get(day) ?? ZERO));
}

/** After a day that stood out most of today's level was already there. */
function hasStep(series: DailySeries, until: Day, now: Decimal): boolean {
  const peaks = peaksOf(series, { since: addDays(until, -BEFORE.last), until }, ZERO);
  return peaks.some(({ span }) => {
    const after = levelOf(series, span.since, addDays(span.since, WEEK - 1), 1);
    return after !== null && after * 3n >= now * 2n;
  });
}
