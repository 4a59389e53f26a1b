import { spansOf, toDay, type Day, type DaySpan } from './day.js';

/*
 * Days, times and counts as people read them, in every sentence and table. Machines get ISO 8601: in JSON, CSV, and in the
 * commands that hints end in.
 */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** `1,024`, `1,024.5`: thousands separated, decimals as they are. */
export function formatCount(count: number | bigint | string): string {
  return count.toString().replace(/(?<!\.\d*)\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `1 row`, `2 rows`, `1,024 rows`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

const MOST_NAMED = 10;

/** `a, b and 3 more`: some of many names. */
export function nameSome(names: readonly string[], most = MOST_NAMED): string {
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return names.slice(0, most).join(', ') + more;
}

/** As a sentence begins. */
export function capital(text: string): string {
  return text.replace(/^./, (letter) => letter.toUpperCase());
}

/** `Tue`, or in full. */
export function weekdayOf(day: Day, length: 'short' | 'long' = 'short'): string {
  const name = WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? '';
  return length === 'long' ? name : name.slice(0, 3);
}

/** `24 Oct`, where the year is said elsewhere. */
export function formatDay(day: Day): string {
  return `${Number(day.slice(8))} ${monthName(day)}`;
}

/** `24 Oct 2026`: a day, or the UTC day of an instant. */
export function formatDate(when: Date | string): string {
  const day = toDay(new Date(when));
  return `${formatDay(day)} ${day.slice(0, 4)}`;
}

/** `24 Oct 2026`: the last day of what ends at an instant, which may be the midnight after it. */
export function formatLastDay(end: Date | string): string {
  return formatDate(new Date(new Date(end).getTime() - 1));
}

/** `Oct 2026`, of `2026-10`. */
export function formatMonth(month: string): string {
  return `${monthName(month)} ${month.slice(0, 4)}`;
}

/** `24 Oct 2026 08:11`, in UTC. */
export function formatTime(instant: Date | string): string {
  return `${formatDate(instant)} ${new Date(instant).toISOString().slice(11, 16)}`;
}

/** `24 Oct 2026 08:11 UTC` */
export function formatInstant(instant: Date | string): string {
  return `${formatTime(instant)} UTC`;
}

/** `1–22 Nov 2026`, `24 Oct – 23 Nov 2026` */
export function formatSpan(since: Day, until: Day): string {
  if (since === until) return formatDate(until);
  if (since.slice(0, 7) === until.slice(0, 7)) return `${Number(since.slice(8))}–${formatDate(until)}`;
  const from = since.slice(0, 4) === until.slice(0, 4) ? formatDay(since) : formatDate(since);
  return `${from} – ${formatDate(until)}`;
}

/**
 * As `formatSpan`, without the year it ends in.
 * @param beside what it is held against: of another year, its own is said
 */
export function formatShortSpan({ since, until }: DaySpan, beside: DaySpan = { since, until }): string {
  const whole = formatSpan(since, until);
  return beside.until.slice(0, 4) === until.slice(0, 4) ? whole.replace(/ \d{4}$/, '') : whole;
}

/** Days in order, as `formatSpan` of those that follow one another: `3–5 Nov 2026, 9 Nov 2026`. */
export function formatDays(days: readonly Day[]): string {
  return spansOf(days)
    .map(({ since, until }) => formatSpan(since, until))
    .join(', ');
}

function monthName(day: string): string {
  return MONTHS[Number(day.slice(5, 7)) - 1] ?? '';
}
