import { CostsError } from '../errors.js';
import { addDays, endOfMonthOf, parseDay, startOfDay, startOfMonthOf, type Day, type DaySpan } from './day.js';
import { similarTo } from './similar.js';
import { formatInstant } from './words.js';

/** The words for a period; besides them there are `last-7d`, `7d`, days, months, quarters, years and `A..B`. */
export const TIME_WORDS = [
  'today',
  'yesterday',
  'this-week',
  'last-week',
  'this-month',
  'mtd',
  'last-month',
  'this-quarter',
  'qtd',
  'last-quarter',
  'this-year',
  'ytd',
  'last-year',
] as const;

/** What people can write for a period, by example; for help and for hints. */
export const PERIOD_EXAMPLES = '2026-10-31, 2026-10, 2026-Q3, 2026, yesterday, last-month, mtd, 7d, last-30d';

/** Days that were named together. */
export interface NamedSpan extends DaySpan {
  /** How many months of the calendar these are; 0: days or a week. */
  months: number;
  /** A week, month, quarter or year: while it goes on, its end lies after today. */
  mayGoOn: boolean;
}

/**
 * A time as it was written. What it means depends on when it is said, so that reading the text and placing it in the
 * calendar are two steps: a mistake is told before a database is asked for its clock.
 */
export interface Time {
  text: string;
  /** The days it names; null: it is a moment. */
  days: ((today: Day) => NamedSpan) | null;
  /** `7d` is the day so long ago where one day is wanted, and all days since where a period is. */
  isDistance: boolean;
  /** The moment it names; that of days is when the first of them begins. */
  moment(now: Date): Date;
}

const SECOND = 1000;
const UNITS = { s: SECOND, m: 60 * SECOND, h: 3600 * SECOND, d: 86_400 * SECOND, w: 604_800 * SECOND } as const;
/** Longer than any record of a bill: a hundred years. */
const MOST_DAYS = 36_525;

/**
 * The one grammar of time: `2026-10-31`, `2026-10`, `2026-Q3`, `2026`, a word, `last-7d` (ends yesterday), `7d` (so long ago),
 * `36h`, `90m`, a moment such as `2026-11-20T08:00:00Z`, or `A..B`. Days are UTC days.
 * @throws CostsError `usage`, with examples
 */
export function parseTime(text: string): Time {
  const word = text.trim().toLowerCase();
  const time = readRange(text, word) ?? readDays(text, word) ?? readMoment(text, word);
  if (time !== null) return time;
  const near = similarTo(word, TIME_WORDS);
  const meant = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
  throw new CostsError('usage', `"${text}" is not a time that costs can read.${meant}`, {
    hint: `Write it as ${PERIOD_EXAMPLES}.`,
  });
}

const JUST_DAYS = { months: 0, mayGoOn: false } as const;

function readRange(text: string, word: string): Time | null {
  const [from, to, ...more] = word.split('..');
  if (from === undefined || to === undefined || more.length > 0) return null;
  const [first, last] = [parseTime(from), parseTime(to)];
  return inDays(text, (today) => ({ since: firstDayOf(first, today), until: lastDayOf(last, today), ...JUST_DAYS }));
}

function readDays(text: string, word: string): Time | null {
  const distance = /^(last-)?(\d{1,5})([dw])$/.exec(word);
  if (distance !== null) {
    const days = Number(distance[2]) * (distance[3] === 'w' ? 7 : 1);
    if (days === 0 || days > MOST_DAYS) return null;
    const back = (today: Day) => ({ since: addDays(today, -days), until: addDays(today, -1), ...JUST_DAYS });
    if (distance[1] !== undefined) return inDays(text, back);
    return { text, days: back, isDistance: true, moment: (now) => new Date(now.getTime() - days * UNITS.d) };
  }
  const calendar = /^(\d{4})(?:-(?:q([1-4])|(0[1-9]|1[0-2])(?:-\d\d)?))?$/.exec(word);
  if (calendar !== null) {
    const [, year = '', quarter, month] = calendar;
    if (year === '0000') return null;
    if (word.length === 10) {
      const day = parseDay(word);
      return inDays(text, () => ({ since: day, until: day, ...JUST_DAYS }));
    }
    const first = month ?? String(quarter === undefined ? 1 : Number(quarter) * 3 - 2).padStart(2, '0');
    const months = month !== undefined ? 1 : quarter !== undefined ? 3 : 12;
    return inDays(text, () => monthsFrom(parseDay(`${year}-${first}-01`), months));
  }
  const named = (TIME_WORDS as readonly string[]).includes(word) ? (word as (typeof TIME_WORDS)[number]) : null;
  return named === null ? null : inDays(text, (today) => daysOfWord(named, today));
}

function daysOfWord(word: (typeof TIME_WORDS)[number], today: Day): NamedSpan {
  const back = (months: number, length: number) => monthsFrom(startOfMonthOf(today, months), length);
  const month = Number(today.slice(5, 7)) - 1;
  switch (word) {
    case 'today':
      return { since: today, until: today, ...JUST_DAYS };
    case 'yesterday':
      return { since: addDays(today, -1), until: addDays(today, -1), ...JUST_DAYS };
    case 'this-week':
      return weekOf(today);
    case 'last-week':
      return weekOf(addDays(today, -7));
    case 'this-month':
    case 'mtd':
      return back(0, 1);
    case 'last-month':
      return back(1, 1);
    case 'this-quarter':
    case 'qtd':
      return back(month % 3, 3);
    case 'last-quarter':
      return back((month % 3) + 3, 3);
    case 'this-year':
    case 'ytd':
      return back(month, 12);
    case 'last-year':
      return back(month + 12, 12);
  }
}

function monthsFrom(since: Day, months: number): NamedSpan {
  return { since, until: endOfMonthOf(startOfMonthOf(since, 1 - months)), months, mayGoOn: true };
}

/** Weeks begin on Monday. */
function weekOf(day: Day): NamedSpan {
  const since = addDays(day, -((startOfDay(day).getUTCDay() + 6) % 7));
  return { since, until: addDays(since, 6), months: 0, mayGoOn: true };
}

function readMoment(text: string, word: string): Time | null {
  const ago = /^(\d{1,6})([mh])$/.exec(word);
  if (ago !== null) {
    const length = Number(ago[1]) * UNITS[ago[2] as 'm' | 'h'];
    return { text, days: null, isDistance: true, moment: (now) => new Date(now.getTime() - length) };
  }
  const at = word.toUpperCase();
  const isMoment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(at);
  if (!isMoment || Number.isNaN(Date.parse(at))) return null;
  // A day that no month has, such as 30 February, would silently become another one.
  parseDay(at.slice(0, 10));
  return { text, days: null, isDistance: false, moment: () => new Date(at) };
}

function inDays(text: string, days: (today: Day) => NamedSpan): Time {
  return {
    text,
    days,
    isDistance: false,
    moment: (now) => startOfDay(days(now.toISOString().slice(0, 10) as Day).since),
  };
}

/** The days that a period names, uncut. @throws CostsError `usage` for a moment, and for a range that ends before it begins */
export function daysNamed(time: Time, today: Day): NamedSpan {
  if (time.days === null)
    throw new CostsError('usage', `"${time.text}" is a moment; whole days are wanted here.`, {
      hint: `Write it as ${PERIOD_EXAMPLES}.`,
    });
  const span = time.days(today);
  if (span.since <= span.until) return span;
  throw new CostsError('usage', `"${time.text}" ends before it begins.`, { hint: 'Give the earlier day first.' });
}

/** For --since: the first of the days. @throws CostsError `usage` */
export function firstDayOf(time: Time, today: Day): Day {
  return daysNamed(time, today).since;
}

/** For --until: the last of the days, today where they go on; `7d` is the day so long ago. @throws CostsError `usage` */
export function lastDayOf(time: Time, today: Day): Day {
  const span = daysNamed(time, today);
  return time.isDistance ? span.since : untilToday(span, today).until;
}

/** What goes on ends today; a day in the future stays what it is, so that it can be refused. */
export function untilToday(span: NamedSpan, today: Day): DaySpan {
  return span.mayGoOn && span.since <= today && today < span.until ? { since: span.since, until: today } : span;
}

/**
 * For --as-of: a moment that has been.
 * @param latest something that is known to have happened, though a clock that was set back since may not have come so far again
 * @throws CostsError `usage`
 */
export function pastMoment(text: string, now: Date, latest: Date | null = null): Date {
  const moment = parseTime(text).moment(now);
  if (moment <= now || (latest !== null && moment <= latest)) return moment;
  throw new CostsError('usage', `${text} is in the future.`, { hint: `It is ${formatInstant(now)} now.` });
}

/** Timers of Node count their milliseconds in 31 bits. */
const LONGEST = 24 * UNITS.d;

/**
 * A length of time in seconds: `90`, `90s`, `10m`, `2h`, `1d`.
 * @throws CostsError `usage` when it is none, or longer than 24 days
 */
export function parseDuration(text: string): number {
  const match = /^(\d{1,7})([smhdw]?)$/.exec(text.trim().toLowerCase());
  const length = match === null ? Infinity : Number(match[1]) * UNITS[(match[2] || 's') as keyof typeof UNITS];
  return checkDuration(length / SECOND, text);
}

/** Seconds as they were given, or as a text says them. @throws CostsError `usage` as `parseDuration` */
export function checkDuration(seconds: number, text = String(seconds)): number {
  if (seconds >= 0 && seconds * SECOND <= LONGEST) return seconds;
  throw new CostsError('usage', `"${text}" is not a length of time.`, {
    hint: 'Write seconds, or such as 90s, 10m, 2h; at most 24d.',
  });
}
