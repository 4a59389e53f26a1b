import type { MigrationTarget } from './target.js';
import { readCatalog, type Fact } from './catalog.js';
import { compareCatalogs, findForeign, type Difference, type ForeignObject } from './drift.js';
import { readMigrations, type MigrationFile } from './folder.js';
import { appliedNames, failedRows, readHistory, type History } from './history.js';
import { shadowState } from './shadow-states.js';

/** Where a database stands against the migrations of this version. */
export interface MigrationStatus {
  /** Nothing is to be done. */
  ok: boolean;
  /** Whether there is a migration history at all. */
  history: boolean;
  applied: { name: string; appliedAt: string }[];
  pending: string[];
  failed: { name: string; startedAt: string; reason: string | null }[];
  /** Applied, but the file has another checksum now. */
  edited: string[];
  /** In the history, but not known to this version. */
  unknown: string[];
  /** How the live schema differs from what the applied migrations lead to. */
  drift: Difference[];
  /** What is in the schema and not ours. It is left alone. */
  foreign: ForeignObject[];
}

/** Everything about the schema of a database; reads only. */
export async function migrationStatus({ pool }: Pick<MigrationTarget, 'pool'>): Promise<MigrationStatus> {
  const [files, history] = [await readMigrations(), await readHistory(pool)];
  const compared = compareHistory(files, history);
  // What an edited file led to when it was applied, and what a newer version's did, nobody can tell: there is no drift from it.
  const comparable = history.exists && compared.edited.length === 0 && compared.unknown.length === 0;
  const live = comparable ? await readCatalog(pool) : [];
  const drift = comparable ? await findDrift(live, files, history) : [];
  const foreign = comparable ? findForeign(await shadowState(files), live) : [];
  const { pending, failed, edited, unknown } = compared;
  const ok = [pending, failed, edited, unknown, drift].every((list) => list.length === 0);
  return { ok, ...compared, drift, foreign };
}

function compareHistory(
  files: readonly MigrationFile[],
  history: History,
): Omit<MigrationStatus, 'ok' | 'drift' | 'foreign'> {
  const checksums = new Map(files.map(({ name, checksum }) => [name, checksum]));
  const applied = history.rows.flatMap((row) =>
    row.finishedAt === null ? [] : [{ ...row, finishedAt: row.finishedAt }],
  );
  const done = new Set(applied.map(({ name }) => name));
  return {
    history: history.exists,
    applied: applied.map(({ name, finishedAt }) => ({ name, appliedAt: finishedAt.toISOString() })),
    pending: files.map(({ name }) => name).filter((name) => !done.has(name)),
    failed: failedRows(history).map(({ name, startedAt, logs }) => ({
      name,
      startedAt: startedAt.toISOString(),
      reason: firstReason(logs),
    })),
    edited: applied
      .filter(({ name, checksum }) => checksums.has(name) && checksums.get(name) !== checksum)
      .map(({ name }) => name),
    unknown: [...new Set(history.rows.map(({ name }) => name))].filter((name) => !checksums.has(name)),
  };
}

/** A migration that began and did not end may have left either state. */
async function findDrift(
  live: readonly Fact[],
  files: readonly MigrationFile[],
  history: History,
): Promise<Difference[]> {
  const applied = new Set(appliedNames(history));
  const without = compareCatalogs(await shadowState(files.filter(({ name }) => applied.has(name))), live);
  const begun = new Set(failedRows(history).map(({ name }) => name));
  if (begun.size === 0 || without.length === 0) return without;
  const withBegun = compareCatalogs(
    await shadowState(files.filter(({ name }) => applied.has(name) || begun.has(name))),
    live,
  );
  return withBegun.length < without.length ? withBegun : without;
}

/** The database's own sentences out of the report that Prisma's engine keeps. */
export function firstReason(logs: string | null): string | null {
  if (logs === null) return null;
  const said =
    /(?:Database error:\s*|Error querying the database: )(?:ERROR: )?([^\n]+(?:\n(?:DETAIL|HINT|CONTEXT): [^\n]+)*)/
      .exec(logs)?.[1]
      ?.replace(/\.?\n/g, '. ');
  return said ?? logs.split('\n').find((line) => line.trim() !== '') ?? null;
}
