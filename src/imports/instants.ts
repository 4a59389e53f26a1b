import { parseDay, toDay, type Day } from '../domain/day.js';

const MOST_DAYS = 10_000;
const days = new Map<string, Day>();

/** The UTC day of an instant, null where the text is none; the few that a file has are read once. */
export function readDay(text: string): Day | null {
  const known = days.get(text);
  if (known !== undefined) return known;
  const [, date, time = ''] = /^(\d{4}-\d{2}-\d{2})(.*)$/.exec(text) ?? [];
  const zone = /(?:Z|UTC|[+-]\d{2}:?\d{2})$/.exec(time)?.[0];
  const instant = new Date(
    `${date ?? ''}T${/\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?/.exec(time)?.[0] ?? '00:00:00'}${zone === undefined || zone === 'UTC' ? 'Z' : zone}`,
  );
  if (Number.isNaN(instant.getTime())) return null;
  const day = parseDay(toDay(instant));
  if (days.size >= MOST_DAYS) days.clear();
  // A copy: a text cut from a file keeps the whole piece of the file that it was cut from.
  days.set(Buffer.from(text).toString(), day);
  return day;
}
