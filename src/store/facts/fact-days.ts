import { toDay, type Day } from '../../domain/day.js';
import type { Seal } from '../../domain/seal.js';
import type { Fact, FactList } from './fact-list.js';

/** Rows a statement carries, unless a single day has more. */
const ROWS_PER_STATEMENT = 5_000;

/** A day, or a part of one, that a transaction may replace, as it was before. */
export interface LockedDay {
  day: Day;
  /** Which of the list's parts; the empty text where it has none. */
  part: string;
  /** Null when it was never read. */
  readAt: Date | null;
  firstClosedReadAt: Date | null;
  /** What its rows were when they were written, where that is known. */
  seal: Seal | null;
}

/** Rows by the UTC day of their bucket, in the order they came. */
export type RowsByDay<Row> = ReadonlyMap<Day, readonly Row[]>;

export function dayKey(day: Day, part: string): string {
  return `${day} ${part}`;
}

/** The rows of the given days. A calendar day costs more than a look at its instant, so each instant is asked once. */
export function rowsByDay<Row extends Fact>(
  { part }: Pick<FactList<Row>, 'part'>,
  days: readonly LockedDay[],
  rows: readonly Row[],
): RowsByDay<Row> {
  const byDay = new Map<Day, Row[]>();
  for (const { day } of days) byDay.set(day, []);
  const wanted = new Set(days.map((each) => dayKey(each.day, each.part)));
  const byInstant = new Map<number, { day: Day; rows: Row[] | undefined }>();
  for (const row of rows) {
    const instant = row.bucketStart.getTime();
    let of = byInstant.get(instant);
    if (of === undefined) {
      const day = toDay(row.bucketStart);
      of = { day, rows: byDay.get(day) };
      byInstant.set(instant, of);
    }
    if (part === null || wanted.has(dayKey(of.day, part.of(row)))) of.rows?.push(row);
  }
  return byDay;
}

/** Whole days a chunk, so that one statement both writes a day's rows and sweeps what is no longer among them. */
export function* chunksOfDays<Row>(
  days: readonly LockedDay[],
  byDay: RowsByDay<Row>,
): Generator<{ days: LockedDay[]; rows: Row[] }> {
  let chunk: { days: LockedDay[]; rows: Row[] } = { days: [], rows: [] };
  for (const [day, parts] of groupByDay(days)) {
    const ofDay = byDay.get(day) ?? [];
    if (chunk.days.length > 0 && chunk.rows.length + ofDay.length > ROWS_PER_STATEMENT) {
      yield chunk;
      chunk = { days: [], rows: [] };
    }
    chunk.days.push(...parts);
    chunk.rows = chunk.rows.concat(ofDay);
  }
  if (chunk.days.length > 0) yield chunk;
}

function groupByDay(days: readonly LockedDay[]): Map<Day, LockedDay[]> {
  const byDay = new Map<Day, LockedDay[]>();
  for (const each of [...days].sort((a, b) => (a.day < b.day ? -1 : Number(a.day > b.day)))) {
    const known = byDay.get(each.day);
    if (known === undefined) byDay.set(each.day, [each]);
    else known.push(each);
  }
  return byDay;
}
