import { addDays, daysOf, endOfMonthOf, startOfMonthOf, type Day } from './day.js';
import { formatDecimal, type Decimal } from './decimal.js';

/**
 * What one project cost in one currency, day by day. What is expected of it is no money anybody was charged: it is calculated
 * with floats and rounded to cents, where amounts that were read stay exact.
 */
export interface SpendHistory {
  costs: ReadonlyMap<Day, number>;
  /** Line items of few days, of which some may recur. */
  sparse: readonly ReadonlyMap<Day, number>[];
  /** Whether a day was read after it had ended; one without a cost then cost nothing. */
  isRead: (day: Day) => boolean;
}

/** The one way from an exact amount to a float: for what is expected alone, never for what is stored or told as spent. */
export function approximate(amount: Decimal): number {
  return Number(formatDecimal(amount));
}

/** Expects of each day from some day on what it costs. */
export type Expectation = (day: Day) => number;

const FIXED_MONTHS = 3;
const MOST_FIXED_DAYS = 2;
const SEASON_WEEKS = 8;
const LEAST_WEEKS = 3;
const LEVEL_DAYS = 14;
/** Whoever was not read for so long is not expected to cost anything. */
const SILENT_DAYS = 31;
/** Before today, of which any tells. */
const MOST_DAYS = 7 * SEASON_WEEKS + SILENT_DAYS;
const TREND = { least: 0.8, most: 1.25 };

/**
 * What a day usually costs: the level of the last two weeks, their trend, what its weekday makes of it, and line items that
 * come on the same day of each month. Only what was read before a day tells: `expectationsOn(day)` expects what could be known
 * that morning, of any history.
 */
export function expectationsOn(today: Day): (history: SpendHistory) => Expectation {
  // The same for thousands of histories, and the slowest of it.
  const past = daysOf({ since: addDays(today, -MOST_DAYS), until: addDays(today, -1) }).reverse();
  return (history) => expectFrom(history, past, today);
}

/** @param past the days before today, the latest first */
function expectFrom(history: SpendHistory, past: readonly Day[], today: Day): Expectation {
  const fixed = fixedCharges(history, today);
  const base = (day: Day) => (history.costs.get(day) ?? 0) - fixed.taken(day);
  const days = readDays(history, past, today);
  if (days.length === 0) return () => 0;
  const factors = weekdayFactors(base, days, past);
  const factor = (day: Day) => factors[weekday(day)] ?? 1;
  const levels = (from: number, to: number) => {
    const counted = days.slice(from, to).filter((day) => factor(day) > 0);
    return counted.map((day) => base(day) / factor(day));
  };
  const [last, previous] = [mean(levels(0, LEVEL_DAYS / 2)), mean(levels(LEVEL_DAYS / 2, LEVEL_DAYS))];
  const trend =
    days.length < LEVEL_DAYS || previous <= 0 ? 1 : Math.min(TREND.most, Math.max(TREND.least, last / previous));
  const usual = median(levels(0, LEVEL_DAYS)) * trend;
  return (day) => usual * factor(day) + fixed.due(day);
}

/** Closed days that were read, the latest first, back to the first that cost something. */
function readDays({ costs, isRead }: SpendHistory, past: readonly Day[], today: Day): Day[] {
  let first = today;
  for (const day of costs.keys()) if (day < first) first = day;
  const found: Day[] = [];
  for (const [index, day] of past.entries()) {
    if (day < first) break;
    if (isRead(day)) found.push(day);
    else if (found.length === 0 && index + 1 >= SILENT_DAYS) return [];
  }
  return found;
}

/** Of a day against the mean of its week, the median of eight weeks; scaled to a mean of 1. */
function weekdayFactors(base: (day: Day) => number, days: readonly Day[], past: readonly Day[]): number[] {
  const read = new Set(days);
  const ratios = Array.from({ length: 7 }, (): number[] => []);
  for (let week = 0; week < SEASON_WEEKS; week += 1) {
    const own = past.slice(7 * week, 7 * (week + 1));
    const average = mean(own.map(base));
    if (own.every((day) => read.has(day)) && average > 0)
      for (const day of own) ratios[weekday(day)]?.push(base(day) / average);
  }
  if ((ratios[0]?.length ?? 0) < LEAST_WEEKS) return [];
  const factors = ratios.map(median);
  const scale = mean(factors);
  return scale > 0 ? factors.map((factor) => Math.max(0, factor / scale)) : [];
}

interface FixedCharges {
  /** What of a past day is such a charge. */
  taken: Expectation;
  /** What is due on a day to come. */
  due: Expectation;
}

/** Line items of at most two days a month that came on the same day, or on the last, in each of three months. */
function fixedCharges({ sparse }: SpendHistory, today: Day): FixedCharges {
  const months = Array.from({ length: FIXED_MONTHS }, (_, index) => startOfMonthOf(today, index + 1));
  const found = sparse.flatMap((line) => {
    const own = months.map((month) =>
      [...line.keys()].filter((day) => day.startsWith(month.slice(0, 8)) && day < today),
    );
    if (own.some((days) => days.length === 0 || days.length > MOST_FIXED_DAYS)) return [];
    return [isSameDay, isLastDay].flatMap((same) =>
      (own[0] ?? [])
        .filter((day) => own.every((days) => days.some((other) => same(day, other))))
        .filter((day) => same === isSameDay || !own.every((days) => days.some((other) => isSameDay(day, other))))
        .map((day) => {
          const before = [...line]
            .filter(([other]) => other < today && same(day, other))
            .sort(([a], [b]) => (a < b ? 1 : -1));
          return { line, falls: (other: Day) => same(day, other), amount: before[0]?.[1] ?? 0 };
        }),
    );
  });
  return {
    taken: (day) => found.reduce((total, { line, falls }) => total + (falls(day) ? (line.get(day) ?? 0) : 0), 0),
    due: (day) => found.reduce((total, { falls, amount }) => total + (falls(day) ? amount : 0), 0),
  };
}

function isSameDay(a: Day, b: Day): boolean {
  return a.slice(8) === b.slice(8);
}

function isLastDay(a: Day, b: Day): boolean {
  return a === endOfMonthOf(a) && b === endOfMonthOf(b);
}

function weekday(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((total, value) => total + value, 0) / values.length;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Between the two nearest values, in proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return low + (high - low) * (place - Math.floor(place));
}
