import { toDay, type Day } from '../../domain/day.js';
import { groupBy } from '../../domain/group-into.js';
import type { Seal } from '../../domain/seal.js';
import type { Fact, FactList } from './fact-list.js';
import type { SomeProjects } from './stored-rows.js';

/** Rows a statement carries, unless a single project has more in a day. */
const ROWS_PER_STATEMENT = 5_000;

/** A day, or a part of one, that a transaction may replace, as it was before. */
export interface LockedDay {
  day: Day;
  /** Which of the list's parts; the empty text where it has none. */
  part: string;
  /** Null when it was never read. */
  readAt: Date | null;
  firstClosedReadAt: Date | null;
  /** What of the bill was read, as `formatScope` writes it; null also where it was never read. */
  scope: string | null;
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

/** What one statement replaces: whole days, or a day's rows of some of the projects. */
export interface Chunk<Row> {
  days: LockedDay[];
  rows: readonly Row[];
  /** Null for all of them. */
  projects: SomeProjects | null;
}

/** Whose row it is, by the row's own id of the project. */
type OfProject = Pick<Fact, 'providerProjectId'>;

/**
 * Days in statements, each of which both writes rows and sweeps what is no longer among them. A day with more rows than a
 * statement carries is cut by project, as rows of two projects never share a key; what projects without any had is swept last.
 * @param projectIds our project id by the row's
 * @param sizeOf how many rows one stands for
 */
export function* chunksOfDays<Row extends OfProject>(
  days: readonly LockedDay[],
  byDay: RowsByDay<Row>,
  projectIds: ReadonlyMap<string, string>,
  sizeOf: (row: Row) => number = () => 1,
): Generator<Chunk<Row>> {
  let chunk: { days: LockedDay[]; rows: Row[] } = { days: [], rows: [] };
  let size = 0;
  const inOrder = days.toSorted((a, b) => (a.day < b.day ? -1 : Number(a.day > b.day)));
  for (const [day, parts] of groupBy(inOrder, (each) => each.day)) {
    const ofDay = byDay.get(day) ?? [];
    const sizeOfDay = sizeOfAll(ofDay, sizeOf);
    if (chunk.days.length > 0 && size + sizeOfDay > ROWS_PER_STATEMENT) {
      yield { ...chunk, projects: null };
      [chunk, size] = [{ days: [], rows: [] }, 0];
    }
    if (sizeOfDay > ROWS_PER_STATEMENT) yield* chunksOfProjects(parts, ofDay, projectIds, sizeOf);
    else {
      chunk.days.push(...parts);
      chunk.rows = chunk.rows.concat(ofDay);
      size += sizeOfDay;
    }
  }
  if (chunk.days.length > 0) yield { ...chunk, projects: null };
}

function* chunksOfProjects<Row extends OfProject>(
  days: LockedDay[],
  rows: readonly Row[],
  projectIds: ReadonlyMap<string, string>,
  sizeOf: (row: Row) => number,
): Generator<Chunk<Row>> {
  const byProject = groupBy(rows, ({ providerProjectId }) => projectIds.get(providerProjectId) ?? '');
  let chunk: { ids: string[]; rows: Row[] } = { ids: [], rows: [] };
  let size = 0;
  for (const [id, ofProject] of byProject) {
    const sizeOfProject = sizeOfAll(ofProject, sizeOf);
    if (chunk.ids.length > 0 && size + sizeOfProject > ROWS_PER_STATEMENT) {
      yield { days, rows: chunk.rows, projects: { ids: chunk.ids, areMeant: true } };
      [chunk, size] = [{ ids: [], rows: [] }, 0];
    }
    chunk.ids.push(id);
    chunk.rows = chunk.rows.concat(ofProject);
    size += sizeOfProject;
  }
  yield { days, rows: chunk.rows, projects: { ids: chunk.ids, areMeant: true } };
  yield { days, rows: [], projects: { ids: [...byProject.keys()], areMeant: false } };
}

function sizeOfAll<Row>(rows: readonly Row[], sizeOf: (row: Row) => number): number {
  let size = 0;
  for (const row of rows) size += sizeOf(row);
  return size;
}
