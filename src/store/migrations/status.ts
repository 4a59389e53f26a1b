import { readMigrations } from './folder.js';
import { failedRows, readHistory } from './history.js';
import type { MigrationTarget } from './migrations.js';

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
  /** Applied, but not known to this version. */
  unknown: string[];
}

export async function migrationStatus(target: MigrationTarget): Promise<MigrationStatus> {
  const [files, history] = await Promise.all([readMigrations(), readHistory(target.pool)]);
  const checksums = new Map(files.map(({ name, checksum }) => [name, checksum]));
  const applied = history.rows.flatMap(({ name, finishedAt, checksum }) =>
    finishedAt === null ? [] : [{ name, finishedAt, checksum }],
  );
  const done = new Set(applied.map(({ name }) => name));
  const status = {
    history: history.exists,
    applied: applied.map(({ name, finishedAt }) => ({ name, appliedAt: finishedAt.toISOString() })),
    pending: files.map(({ name }) => name).filter((name) => !done.has(name)),
    failed: failedRows(history).map(({ name, startedAt, logs }) => ({
      name,
      startedAt: startedAt.toISOString(),
      reason: logs,
    })),
    edited: applied
      .filter(({ name, checksum }) => checksums.has(name) && checksums.get(name) !== checksum)
      .map(({ name }) => name),
    unknown: history.rows.map(({ name }) => name).filter((name) => !checksums.has(name)),
  };
  const ok = [status.pending, status.failed, status.edited, status.unknown].every((list) => list.length === 0);
  return { ok, ...status };
}
