import { addDays, daysBetween, lengthOf, spanOf, startOfMonthOf, type Day, type DaySpan } from './day.js';
import { CostsError } from '../errors.js';
import { daysNamed, firstDayOf, lastDayOf, parseTime, untilToday, type NamedSpan } from './time.js';
import { formatDate, formatSpan } from './words.js';

/** Which days, each in the one grammar of time (`parseTime`). */
export interface PeriodRequest {
  /** First day, such as 2026-10-01 or last-month. */
  since?: string;
  /** Last day, included. */
  until?: string;
  /** Instead of the other two: such as 2026-10, 2026-Q3, yesterday, last-month, mtd, last-7d. */
  period?: string;
}

/** What is reported: the days, and the same days one period earlier. */
export interface Period extends DaySpan {
  previous: DaySpan;
}

/** What a command means where no first or no last day is said. */
export interface UsualPeriod {
  /** What it is where nothing is said at all: what is named stands against its like, a month against the month before. */
  period?: string;
  first(last: Day): Day;
  last(today: Day): Day;
}

export const MONTH_TO_DATE: UsualPeriod = {
  period: 'mtd',
  first: (last) => startOfMonthOf(last),
  last: (today) => today,
};

/** So many days, the last of which ended. */
export function lastDays(count: number): UsualPeriod {
  return { first: (last) => addDays(last, 1 - count), last: (today) => addDays(today, -1) };
}

/** The days that a period, or --since and --until, mean. @throws CostsError `usage` */
export function resolvePeriod(
  { since, until, period }: PeriodRequest,
  today: Day,
  usual: UsualPeriod = MONTH_TO_DATE,
): Period {
  if (period === undefined && since === undefined && until === undefined && usual.period !== undefined)
    return resolvePeriod({ period: usual.period }, today);
  if (period !== undefined) {
    if (since === undefined && until === undefined) return placed(daysNamed(parseTime(period), today), today);
    throw new CostsError('usage', 'A period and --since or --until do not go together.', {
      hint: 'Give one of the two.',
    });
  }
  const first = since === undefined ? null : firstDayOf(parseTime(since), today);
  const usualLast = usual.last(today);
  const last =
    until !== undefined ? lastDayOf(parseTime(until), today) : first !== null && first > usualLast ? today : usualLast;
  return placed({ since: first ?? usual.first(last), until: last, months: 0, mayGoOn: false }, today);
}

/** Whole months stand against as many before them, other days against as many directly before. */
function placed(named: NamedSpan, today: Day): Period {
  const { since, until } = checkSpan(untilToday(named, today), today);
  const length = lengthOf(named);
  const before = named.months > 0 ? startOfMonthOf(since, named.months) : addDays(since, -length);
  const whole = addDays(since, -1);
  const same = addDays(before, daysBetween(since, until));
  return { since, until, previous: { since: before, until: until === named.until || same > whole ? whole : same } };
}

/**
 * The spans to compare: today is not over, so it and its counterpart stand on neither side (unless it is all there is). A
 * single day stands against the same weekday a week before: a Monday says nothing about a Sunday. The first of a month that goes
 * on stands against the first of the month before.
 */
export function comparableSpans(period: Period, today: Day): { current: DaySpan; previous: DaySpan } {
  const { current, previous } = closedSpans(period, today);
  const { since } = current;
  const ofMonth = since === startOfMonthOf(since) && previous.since === startOfMonthOf(since, 1);
  if (ofMonth || since !== current.until) return { current, previous };
  const weekBefore = addDays(since, -7);
  return { current, previous: { since: weekBefore, until: weekBefore } };
}

function closedSpans({ since, until, previous }: Period, today: Day): { current: DaySpan; previous: DaySpan } {
  if (until < today || since === until) return { current: { since, until }, previous };
  const length = daysBetween(since, until);
  const end = addDays(previous.since, length - 1);
  return {
    current: { since, until: addDays(until, -1) },
    previous: { since: previous.since, until: end < previous.until ? end : previous.until },
  };
}

/** Earlier days are a slip of the fingers; and the days before those have no four digits of a year any more. */
export const FIRST_DAY = '1970-01-01' as Day;

/** @throws CostsError `usage` when the span is backwards or reaches past today. */
function checkSpan(span: DaySpan, today: Day): DaySpan {
  if (span.since < FIRST_DAY)
    throw new CostsError('usage', `${formatDate(span.since)} is before any bill.`, {
      hint: `Give a day from ${formatDate(FIRST_DAY)} on.`,
    });
  const future = spanOf([span.since, span.until].filter((day) => day > today));
  if (future !== null)
    throw new CostsError('usage', `${formatSpan(future.since, future.until)} is in the future.`, {
      hint: `Today is ${formatDate(today)} (UTC).`,
    });
  if (span.since <= span.until) return span;
  throw new CostsError('usage', `--since is ${formatDate(span.since)}, after --until, ${formatDate(span.until)}.`, {
    hint: 'Give the earlier day first.',
  });
}
