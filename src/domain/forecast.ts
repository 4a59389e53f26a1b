import { addDays, daysBetween, daysOf, endOfMonthOf, startOfMonthOf, type Day, type DaySpan } from './day.js';
import {
  add,
  compare,
  formatDecimal,
  parseDecimal,
  round,
  sum,
  ZERO,
  type Decimal,
  type DecimalText,
} from './decimal.js';
import type { ReportGroup } from './dimensions.js';
import { approximate, expectationsOn, median, quantile, type SpendHistory } from './expectation.js';

/** One project in one currency, whose month is expected; groups only add such. */
export interface ForecastSeries extends SpendHistory {
  group: ReportGroup & { currency: string };
  exact: ReadonlyMap<Day, Decimal>;
}

/** What a month comes to. */
export interface ForecastAmount {
  currency: string;
  /** Read so far, exact. */
  spent: DecimalText;
  /** The month's end as it is expected: what was read, and what days not read and days to come usually cost. Cents. */
  expected: DecimalText;
  /** Between which eight of ten such forecasts ended; null where fewer than 20 tell. */
  low: DecimalText | null;
  high: DecimalText | null;
}

/** The document of `forecast --json`. Nothing of it was charged but what is `spent`. */
export interface Forecast extends DaySpan {
  /** As of the beginning of this day. */
  today: Day;
  rows: (ReportGroup & ForecastAmount)[];
  totals: ForecastAmount[];
  /** With --backtest: how far off past months were, by day of the month. */
  backtest?: BacktestDay[];
}

/** Of all past months: the median of how far off each was, as a share of what the month came to. */
export interface BacktestDay {
  currency: string;
  /** Of the month; what was known that morning. */
  dayOfMonth: number;
  months: number;
  error: number;
  /** Of what the days so far cost, for all days of the month. */
  straightLine: number;
}

const LEAST_CASES = 20;
/** Past months that tell how far off a forecast is. */
export const BACKTEST_MONTHS = 6;
/** What is needed before the first day of a month to expect anything of it. */
export const FORECAST_HISTORY_DAYS = 100;

/** What is read of a month, and what is expected of the rest, on the morning of a day. */
interface MonthEnd {
  spent: Decimal;
  rest: number;
  /** How much of the rest falls on the days up to each. */
  restThrough: number[];
}

/** Of a day that is read nothing is expected; today costs at least what was read of it. */
function expectMonth(series: readonly ForecastSeries[], month: Day, today: Day): MonthEnd[] {
  const days = daysOf({ since: month, until: endOfMonthOf(month) });
  const expect = expectationsOn(today);
  return series.map((each) => {
    const expectation = expect(each);
    const end: MonthEnd = { spent: ZERO, rest: 0, restThrough: [] };
    for (const day of days) {
      if (day <= today) end.spent = add(end.spent, each.exact.get(day) ?? ZERO);
      if (day >= today || !each.isRead(day))
        // Credits to come are expected as they are; what was read of today is not taken back.
        end.rest += day > today ? expectation(day) : Math.max(0, expectation(day) - (each.costs.get(day) ?? 0));
      end.restThrough.push(end.rest);
    }
    return end;
  });
}

/** Where the month of series ends together. */
export function expectTotal(
  series: readonly ForecastSeries[],
  month: Day,
  today: Day,
): Pick<MonthEnd, 'spent' | 'rest'> & { expected: DecimalText } {
  const ends = expectMonth(series, month, today);
  const spent = sum(ends.map((end) => end.spent));
  const rest = ends.reduce((total, end) => total + end.rest, 0);
  return { spent, rest, expected: withRest(spent, rest) };
}

/** Adds series up and says how far past forecasts of them were off. */
export function forecastOf(
  series: readonly ForecastSeries[],
  month: Day,
  today: Day,
): Omit<ForecastAmount, 'currency'> {
  const { spent, rest, expected } = expectTotal(series, month, today);
  const ratios = pastRatios(series, month, today);
  const at = (share: number) => (ratios.length < LEAST_CASES ? null : withRest(spent, rest * quantile(ratios, share)));
  // Of a rest of credits the larger share is the smaller sum.
  const [low, high] = rest < 0 ? [at(0.9), at(0.1)] : [at(0.1), at(0.9)];
  return { spent: formatDecimal(spent), expected, low, high };
}

/**
 * The first day, today or later, by whose end this month is expected to have cost more than an amount; null where it is not.
 * Days that were not read count: they may have crossed it already.
 */
export function crossingDay(series: readonly ForecastSeries[], today: Day, amount: Decimal): Day | null {
  const month = startOfMonthOf(today);
  const ends = expectMonth(series, month, today);
  const spent = sum(ends.map((end) => end.spent));
  const crossed = (day: Day, index: number) => {
    const rest = ends.reduce((total, { restThrough }) => total + (restThrough[index] ?? 0), 0);
    return day >= today && compare(add(spent, cents(rest)), amount) > 0;
  };
  return daysOf({ since: month, until: endOfMonthOf(month) }).find(crossed) ?? null;
}

/** At this day of past months: what the rest of each then cost against what was expected of it. */
function pastRatios(series: readonly ForecastSeries[], month: Day, today: Day): number[] {
  const length = Math.min(Math.max(daysBetween(month, today), 0), 27);
  return pastMonths(month).flatMap((past) => {
    const morning = addDays(past, length);
    const all = daysOf({ since: past, until: endOfMonthOf(past) });
    const rest = all.filter((day) => day >= morning);
    const expect = expectationsOn(morning);
    return series.flatMap((each) => {
      if (!all.every(each.isRead)) return [];
      const expectation = expect(each);
      const expected = rest.reduce((total, day) => total + expectation(day), 0);
      return expected < 1 ? [] : [rest.reduce((total, day) => total + (each.costs.get(day) ?? 0), 0) / expected];
    });
  });
}

function pastMonths(month: Day): Day[] {
  return Array.from({ length: BACKTEST_MONTHS }, (_, index) => startOfMonthOf(month, index + 1));
}

/** What was known on the morning of a day. */
function asOf(series: ForecastSeries, morning: Day): ForecastSeries {
  const before = <T>(costs: ReadonlyMap<Day, T>) => new Map([...costs].filter(([day]) => day < morning));
  return { ...series, exact: before(series.exact), costs: before(series.costs) };
}

/** On each day of past months, how far off this method and a straight line were. */
export function backtest(series: readonly ForecastSeries[], currency: string, month: Day): BacktestDay[] {
  const errors = new Map<number, { method: number[]; line: number[] }>();
  for (const past of pastMonths(month)) {
    const days = daysOf({ since: past, until: endOfMonthOf(past) });
    const cost = (day: Day) => series.reduce((total, each) => total + (each.costs.get(day) ?? 0), 0);
    const actual = days.reduce((total, day) => total + cost(day), 0);
    if (actual <= 0 || !series.every((each) => days.every(each.isRead))) continue;
    let soFar = 0;
    days.forEach((morning, index) => {
      const known = series.map((each) => asOf(each, morning));
      const expected = expectMonth(known, past, morning).reduce(
        (total, end) => total + approximate(end.spent) + end.rest,
        0,
      );
      const own = errors.get(index + 1) ?? { method: [], line: [] };
      own.method.push(Math.abs(expected - actual) / actual);
      if (index > 0) own.line.push(Math.abs((soFar / index) * days.length - actual) / actual);
      errors.set(index + 1, own);
      soFar += cost(morning);
    });
  }
  return [...errors].map(([dayOfMonth, { method, line }]) => ({
    ...{ currency, dayOfMonth, months: method.length },
    error: share(median(method)),
    straightLine: share(line.length === 0 ? 1 : median(line)),
  }));
}

function share(value: number): number {
  return Number(value.toFixed(4));
}

/** In cents, as what is expected is; of a month of which nothing is expected any more, what was spent, exactly. */
function withRest(spent: Decimal, rest: number): DecimalText {
  return formatDecimal(rest === 0 ? spent : round(add(spent, cents(rest)), 2));
}

function cents(amount: number): Decimal {
  return parseDecimal(amount.toFixed(2));
}
