import { addDays, daysBetween, endOfMonthOf, parseDay, startOfMonthOf, type Day, type DaySpan } from './day.js';
import { CostsError } from '../errors.js';

/** The words --period understands; a month is written `2026-10`. */
export const PERIODS = ['today', 'yesterday', 'last-7d', 'last-30d', 'mtd', 'last-month', 'ytd'] as const;

/** Which days; month to date when nothing is said. */
export interface PeriodRequest {
  /** First day, YYYY-MM-DD (UTC). */
  since?: string;
  /** Last day, included. */
  until?: string;
  /** One of `PERIODS`, or a month such as 2026-10; instead of the other two. */
  period?: string;
}

/** What is reported: the days, and the same days one period earlier. */
export interface Period extends DaySpan {
  previous: DaySpan;
}

/**
 * The days that --period, or --since and --until, mean; month to date when nothing is said. `last-7d` ends yesterday.
 * @throws CostsError `usage`
 */
export function resolvePeriod({ since, until, period }: PeriodRequest, today: Day): Period {
  if (period === undefined && since === undefined && until === undefined)
    return resolvePeriod({ period: 'mtd' }, today);
  if (period !== undefined) {
    if (since === undefined && until === undefined) return named(period, today);
    throw new CostsError('usage', '--period and --since or --until do not go together.', {
      hint: 'Give one of the two.',
    });
  }
  const last = until === undefined ? today : parseDay(until);
  const first = since === undefined ? startOfMonthOf(last) : parseDay(since);
  return explicit(checkSpan({ since: first, until: last }, today));
}

/**
 * The spans to compare: today is not over, so it and its counterpart stand on neither side (unless it is all there is). A
 * single day stands against the same weekday a week before: a Monday says nothing about a Sunday.
 */
export function comparableSpans(period: Period, today: Day): { current: DaySpan; previous: DaySpan } {
  const { current, previous } = closedSpans(period, today);
  if (current.since !== current.until) return { current, previous };
  const weekBefore = addDays(current.since, -7);
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

function named(period: string, today: Day): Period {
  const yesterday = addDays(today, -1);
  switch (period) {
    case 'today':
      return explicit({ since: today, until: today });
    case 'yesterday':
      return explicit({ since: yesterday, until: yesterday });
    case 'last-7d':
      return explicit({ since: addDays(today, -7), until: yesterday });
    case 'last-30d':
      return explicit({ since: addDays(today, -30), until: yesterday });
    case 'mtd':
      return monthTo(startOfMonthOf(today), today);
    case 'last-month':
      return wholeMonth(startOfMonthOf(today, 1));
    case 'ytd': {
      const since = parseDay(`${today.slice(0, 4)}-01-01`);
      return explicit({ since, until: today });
    }
    default:
      return month(period, today);
  }
}

function month(text: string, today: Day): Period {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) {
    throw new CostsError('usage', `"${text}" is no period.`, {
      hint: `Use one of ${PERIODS.join(', ')}, or a month such as 2026-10.`,
    });
  }
  const first = parseDay(`${text}-01`);
  if (first > today) throw new CostsError('usage', `${text} is in the future.`, { hint: `Today is ${today} (UTC).` });
  return endOfMonthOf(first) <= today ? wholeMonth(first) : monthTo(first, today);
}

function wholeMonth(first: Day): Period {
  const before = startOfMonthOf(first, 1);
  return { since: first, until: endOfMonthOf(first), previous: { since: before, until: endOfMonthOf(before) } };
}

/** Against the same days of the month before, as far as it has them. */
function monthTo(first: Day, until: Day): Period {
  const before = startOfMonthOf(first, 1);
  const same = addDays(before, daysBetween(first, until));
  const last = endOfMonthOf(before);
  return { since: first, until, previous: { since: before, until: same < last ? same : last } };
}

/** Against as many days directly before. */
function explicit({ since, until }: DaySpan): Period {
  const length = daysBetween(since, until) + 1;
  return { since, until, previous: { since: addDays(since, -length), until: addDays(since, -1) } };
}

/** @throws CostsError `usage` when the span is backwards or reaches past today. */
export function checkSpan(span: DaySpan, today: Day): DaySpan {
  if (span.since > span.until) {
    throw new CostsError('usage', `--since ${span.since} is after --until ${span.until}.`, {
      hint: 'Give the earlier day first.',
    });
  }
  if (span.until > today || span.since > today) {
    throw new CostsError('usage', `${span.until} is in the future.`, { hint: `Today is ${today} (UTC).` });
  }
  return span;
}
