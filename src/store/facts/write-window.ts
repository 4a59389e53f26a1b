import type { WindowOutcome, WindowWrite } from '../../domain/collection.js';
import type { Day } from '../../domain/day.js';
import { Sums } from '../../domain/money.js';
import { resolveProjects } from '../collection/resolve-projects.js';
import type { Statements } from '../statements.js';
import { adoptedAmong, findContradicted } from './adopted-days.js';
import { chunksOfDays, rowsByDay, type LockedDay, type RowsByDay } from './fact-days.js';
import type { Fact, FactList } from './fact-list.js';
import { replaceDays, type Replaced } from './replace-days.js';
import { guardAgainstShrinking } from './shrink-guard.js';

/** An answer for a window, of whatever list. */
export type FactWrite<Row> = Pick<
  WindowWrite,
  | 'provider'
  | 'organizationId'
  | 'organizationName'
  | 'teamId'
  | 'runId'
  | 'requestedAt'
  | 'providerTime'
  | 'projects'
  | 'acceptRestatement'
  | 'forced'
> & {
  lines: readonly Row[];
  writeId: string;
  scope: string | null;
  keyedDays?: readonly Day[];
  /** Rows of others lists that are written behind these, whose projects are found or made together with those of these. */
  behind?: readonly Fact[];
};

export interface WindowReplaced<Row> {
  /** Those that were written. */
  days: LockedDay[];
  /** Of those, the ones that had been adopted and were read for the first time. */
  adopted: LockedDay[];
  rows: RowsByDay<Row>;
  /** Our project id by the row's. */
  projectIds: ReadonlyMap<string, string>;
  outcome: WindowOutcome;
}

/**
 * Replaces the locked days by their rows of an answer: projects found or made, an answer that loses too much refused, rows
 * written and swept, changes recorded. What comes before (locks) and after (marks, lease) is the caller's.
 */
export async function replaceWindow<Row extends Fact>(
  tx: Statements,
  list: FactList<Row>,
  write: FactWrite<Row>,
  locked: readonly LockedDay[],
  altered: ReadonlySet<Day> = new Set(),
): Promise<WindowReplaced<Row>> {
  const answered = rowsByDay(list, locked, write.lines);
  const { projectIds, created, adopted } = await resolveProjects(tx, write, [
    ...[...answered.values()].flat(),
    ...(write.behind ?? []),
  ]);
  const unread = list.ledger ? await adoptedAmong(tx, list, write, locked) : [];
  const against = await findContradicted(tx, list, { source: write, days: unread, rows: answered, projectIds });
  const filled = new Set(unread.map(({ day }) => day).filter((day) => !against.has(day)));
  const contradicted = write.acceptRestatement ? new Set<Day>() : against;
  const days = locked.filter(({ day }) => !contradicted.has(day));
  const rows = new Map([...answered].filter(([day]) => !contradicted.has(day)));
  const accepted = await guardAgainstShrinking(tx, list, write, days, rows, altered);
  const newProjects = created.filter(({ linked }) => !linked).map(({ name }) => name);
  const outcome: WindowOutcome = { ...emptyOutcome(), newProjects, adopted, altered: [...altered] };
  outcome.contradicted = [...contradicted].sort();
  const restatedDays = new Set<string>();
  const { runId, writeId, forced, scope, keyedDays = [] } = write;
  const history = { runId, writeId, altered, adopted: against, filled, forced, accepted, scope, keyedDays };
  const recorded = list.ledger ? { history } : {};
  for (const chunk of chunksOfDays(days, rows, projectIds)) {
    const replaced = await replaceDays(tx, list, { source: write, ...chunk, projectIds, ...recorded });
    accumulate(outcome, replaced, chunk.rows.length, restatedDays);
  }
  outcome.days = new Set(days.map(({ day }) => day)).size;
  outcome.restated.days = restatedDays.size;
  return { days, adopted: unread.filter(({ day }) => !contradicted.has(day)), rows, projectIds, outcome };
}

export function emptyOutcome(): WindowOutcome {
  return {
    inserted: 0,
    updated: 0,
    deleted: 0,
    unchanged: 0,
    days: 0,
    totals: [],
    restated: { rows: 0, days: 0, difference: [] },
    newProjects: [],
    adopted: [],
    changedDays: [],
    altered: [],
    contradicted: [],
  };
}

function accumulate(outcome: WindowOutcome, replaced: Replaced, rows: number, restatedDays: Set<string>): void {
  outcome.inserted += replaced.inserted;
  outcome.updated += replaced.updated;
  outcome.deleted += replaced.deleted;
  outcome.unchanged += rows - replaced.inserted - replaced.updated;
  outcome.changedDays = [...new Set([...outcome.changedDays, ...replaced.changedDays])];
  for (const { day, rows: count } of replaced.restated) {
    outcome.restated.rows += count;
    restatedDays.add(day);
  }
  const differences = replaced.restated.map(({ currency, difference }) => ({ currency, cost: difference }));
  outcome.restated.difference = [...new Sums([...outcome.restated.difference, ...differences])];
}
