import type { PrismaClient } from '../../generated/prisma/client.js';
import type { WindowOutcome, WindowWrite } from '../../domain/collection.js';
import type { CostLine } from '../../domain/bucket.js';
import { Sums } from '../../domain/money.js';
import type { Transaction } from '../transaction.js';
import { transaction } from '../transaction.js';
import { guardAgainstShrinking } from './shrink-guard.js';
import { lockDays, markCollected, type LockedDay } from './collected-days.js';
import { confirmLease } from './leases.js';
import { linesByDay, type LinesByDay } from './lines-by-day.js';
import { replaceDays, type ReplaceOutcome } from './replace-days.js';
import { resolveProjects } from './resolve-projects.js';

/** Rows a statement carries, unless a single day has more. */
const ROWS_PER_STATEMENT = 5_000;

/** See `CollectionStore.writeWindow`. */
export async function writeWindow(prisma: PrismaClient, write: WindowWrite): Promise<WindowOutcome> {
  if (write.days.length === 0) return emptyOutcome();
  return transaction(prisma, (tx) => writeInside(tx, write));
}

async function writeInside(tx: Transaction, write: WindowWrite): Promise<WindowOutcome> {
  const days = await lockDays(tx, write);
  const byDay = linesByDay(write.lines);
  const lines = days.flatMap(({ day }) => byDay.get(day) ?? []);

  const { projectIds, created } = await resolveProjects(tx, write, lines);
  const accepted = await guardAgainstShrinking(tx, write, days, byDay);

  const outcome: WindowOutcome = {
    ...emptyOutcome(),
    days: days.length,
    newProjects: created,
    totals: [...new Sums(lines)],
  };
  const restatedDays = new Set<string>();
  for (const chunk of chunksOfDays(days, byDay)) {
    const replaced = await replaceDays(tx, { write, ...chunk, projectIds, accepted });
    accumulate(outcome, replaced, chunk.lines.length, restatedDays);
  }
  outcome.restated.days = restatedDays.size;
  await markCollected(tx, write, days, byDay);
  if (write.lease !== null) await confirmLease(tx, { ...write, apiVersion: 'costs_v1' }, write.lease);
  return outcome;
}

function emptyOutcome(): WindowOutcome {
  return {
    inserted: 0,
    updated: 0,
    deleted: 0,
    unchanged: 0,
    days: 0,
    totals: [],
    restated: { rows: 0, days: 0, difference: [] },
    newProjects: [],
    changedDays: [],
  };
}

function accumulate(outcome: WindowOutcome, replaced: ReplaceOutcome, lines: number, restatedDays: Set<string>): void {
  outcome.inserted += replaced.inserted;
  outcome.updated += replaced.updated;
  outcome.deleted += replaced.deleted;
  outcome.changedDays.push(...replaced.changedDays);
  outcome.unchanged += lines - replaced.inserted - replaced.updated;
  for (const { day, rows } of replaced.restated) {
    outcome.restated.rows += rows;
    restatedDays.add(day);
  }
  const differences = replaced.restated.map(({ currency, difference }) => ({ currency, cost: difference }));
  outcome.restated.difference = [...new Sums([...outcome.restated.difference, ...differences])];
}

/** Whole days a chunk, so that one statement both writes a day's rows and sweeps what is no longer among them. */
function* chunksOfDays(
  days: readonly LockedDay[],
  byDay: LinesByDay,
): Generator<{ days: LockedDay[]; lines: CostLine[] }> {
  let chunk: { days: LockedDay[]; lines: CostLine[] } = { days: [], lines: [] };
  for (const day of days) {
    const ofDay = byDay.get(day.day) ?? [];
    if (chunk.days.length > 0 && chunk.lines.length + ofDay.length > ROWS_PER_STATEMENT) {
      yield chunk;
      chunk = { days: [], lines: [] };
    }
    chunk.days.push(day);
    chunk.lines = chunk.lines.concat(ofDay);
  }
  if (chunk.days.length > 0) yield chunk;
}
