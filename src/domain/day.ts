// The smaller class makes no formatters of `Intl`, and date-fns as a whole is three hundred files: every start would wait for both.
import { UTCDateMini } from '@date-fns/utc/date/mini';
import { endOfMonth } from 'date-fns/endOfMonth';
import { isValid } from 'date-fns/isValid';
import { startOfMonth } from 'date-fns/startOfMonth';
import { subMonths } from 'date-fns/subMonths';
import { CostsError } from '../errors.js';

declare const day: unique symbol;

/**
 * A UTC day as `YYYY-MM-DD`. Days compare as strings, and are never shifted into another zone.
 * @pattern ^\d{4}-\d{2}-\d{2}$
 */
export type Day = string & { readonly [day]: true };

/** In milliseconds. UTC knows no summer time: every day has as many. */
const DAY = 86_400_000;

/** A span of days, both ends included. */
export interface DaySpan {
  since: Day;
  until: Day;
}

/** @throws CostsError `usage` when the text is no day of the calendar. */
export function parseDay(text: string): Day {
  const date = new UTCDateMini(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || !isValid(date) || toDay(date) !== text) {
    throw new CostsError('usage', `"${text}" is not a day.`, { hint: 'Write days as YYYY-MM-DD, such as 2026-01-31.' });
  }
  return text as Day;
}

/** The UTC day an instant falls in. */
export function toDay(instant: Date): Day {
  return instant.toISOString().slice(0, 10) as Day;
}

/** The instant a day begins. */
export function startOfDay(value: Day): Date {
  return new Date(`${value}T00:00:00.000Z`);
}

/** The instant a day ends, which the day itself does not include. */
export function endOfDay(value: Day): Date {
  return new Date(startOfDay(value).getTime() + DAY);
}

export function addDays(value: Day, count: number): Day {
  return toDay(new Date(startOfDay(value).getTime() + count * DAY));
}

/** Days from `a` to `b`; negative when `b` is earlier. */
export function daysBetween(a: Day, b: Day): number {
  return Math.round((startOfDay(b).getTime() - startOfDay(a).getTime()) / DAY);
}

/** How many days a span has. */
export function lengthOf({ since, until }: DaySpan): number {
  return daysBetween(since, until) + 1;
}

export function daysOf(span: DaySpan): Day[] {
  const start = startOfDay(span.since).getTime();
  return Array.from({ length: Math.max(lengthOf(span), 0) }, (_, index) => toDay(new Date(start + index * DAY)));
}

/** The first day of the month that lies `back` months before the day's own. */
export function startOfMonthOf(value: Day, back = 0): Day {
  return toDay(startOfMonth(subMonths(new UTCDateMini(startOfDay(value)), back)));
}

export function endOfMonthOf(value: Day): Day {
  return toDay(endOfMonth(new UTCDateMini(startOfDay(value))));
}

/** From the earliest of some days through the latest; null of none. */
export function spanOf(days: readonly Day[]): DaySpan | null {
  const order = [...days].sort();
  const [since, until] = [order[0], order.at(-1)];
  return since === undefined || until === undefined ? null : { since, until };
}

/** From the first day of any span through the last of any; null of none. */
export function spanOfAll(spans: readonly DaySpan[]): DaySpan | null {
  return spanOf(spans.flatMap(({ since, until }) => [since, until]));
}

/** Days in order, as spans of days that follow one another. */
export function spansOf(days: readonly Day[]): DaySpan[] {
  const spans: DaySpan[] = [];
  for (const day of days) {
    const last = spans.at(-1);
    if (last !== undefined && addDays(last.until, 1) === day) last.until = day;
    else spans.push({ since: day, until: day });
  }
  return spans;
}
