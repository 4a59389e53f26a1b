import { parseDay, toDay, type Day } from '../domain/day.js';

/** A day, and a time in UTC unless a zone is told; whatever is finer than a millisecond is left out. */
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)\d* ?(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/;
const MOST_DAYS = 10_000;
/** In milliseconds. */
const DAY = 86_400_000;
const days = new Map<string, Day>();

/** The UTC day of an instant, null where the text is none; the few that a file has are read once. */
export function readDay(text: string): Day | null {
  const known = days.get(text);
  if (known !== undefined) return known;
  const instant = readInstant(text);
  if (instant === null) return null;
  const day = parseDay(toDay(instant));
  if (days.size >= MOST_DAYS) days.clear();
  // A copy: a text cut from a file keeps the whole piece of the file that it was cut from.
  days.set(Buffer.from(text).toString(), day);
  return day;
}

/** The day whose midnight in UTC is nearest to an instant: that of a midnight elsewhere. */
export function nearestDay(text: string): Day | null {
  const instant = readInstant(text);
  return instant === null ? null : parseDay(toDay(new Date(instant.getTime() + DAY / 2)));
}

/** Whether an instant is later than the midnight that its UTC day begins with. */
export function isWithinDay(text: string): boolean {
  return (readInstant(text)?.getTime() ?? 0) % DAY !== 0;
}

function readInstant(text: string): Date | null {
  const [, date = '', time = '00:00', zone = 'Z'] = INSTANT.exec(text) ?? [];
  const instant = new Date(`${date}T${time}${isoZone(zone)}`);
  // A day that its month does not have becomes one of the next month.
  if (Number.isNaN(instant.getTime()) || !new Date(`${date}T00:00Z`).toISOString().startsWith(date)) return null;
  return instant;
}

/** As ISO writes it: `+00`, `+0000` and `UTC` are written, too. */
function isoZone(zone: string): string {
  const [, hours, minutes = '00'] = /^([+-]\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  return hours === undefined ? 'Z' : `${hours}:${minutes}`;
}
