import type { MigrationTarget, SessionTarget } from './target.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { CostsError } from '../../errors.js';
import { readCatalog } from './catalog.js';
import { concurrentIndex, dropInvalidLeftover, requireValidIndex } from './concurrent-index.js';
import { NO_FILTERS, toMigrationList, withEngine } from './engine.js';
import { readMigrations, type MigrationFile } from './folder.js';
import { findHindrances } from './hindrances.js';
import { markOurs, readHistory } from './history.js';
import { unfinishedOfTheirs } from './interference.js';
import { readWrittenOrder } from './duplicates.js';
import { findMisfits } from './misfits.js';
import { namesTaken } from './names-taken.js';
import { mergeDuplicates, type DuplicateChoice } from './merge-duplicates.js';
import { quote } from '../rows.js';
import type { Connection } from '../pool.js';
import { requireRights, requireSoundHistory } from './preflight.js';
import { recoverFailed, type Recovery } from './recover.js';
import { asOnlyMigrator, ensureSchema, lockAttempts, LOCKED, LOCK_PAUSE_MS, LOCK_TIMEOUT } from './session.js';
import type { MigratorOptions } from './waits.js';
import { shadowStates } from './shadow-states.js';
import { firstReason, migrationStatus } from './status.js';

export interface ApplyOptions extends MigratorOptions {
  /** Told before each migration. */
  onStart?: ((name: string) => void) | undefined;
  duplicates?: DuplicateChoice | undefined;
}

export interface ApplyResult {
  /** The migrations applied now, in order. */
  applied: string[];
  /** What came of migrations that had begun and not ended. */
  recovered: Recovery[];
  /** Bills that shared a key, of which one was made. */
  merged: number;
}

/**
 * Applies what is pending, in order, one transaction a migration; an index that is built concurrently has none.
 * @throws CostsError `conflict` on an edited, diverged or drifted schema; `failed` when a migration fails, of which nothing is kept
 */
export async function applyMigrations(
  target: MigrationTarget,
  { onStart, duplicates, ...options }: ApplyOptions = {},
): Promise<ApplyResult> {
  return asOnlyMigrator(target, options, async (pool) => {
    await ensureSchema(pool);
    await requireRights(pool, target.label);
    const files = await readMigrations();
    const recovered = await recoverFailed({ ...target, pool }, files);
    const status = await migrationStatus({ pool });
    requireSoundHistory(status, await readHistory(pool), target.label);
    if (status.pending.length > 0) await requireNoHindrance(pool, files);
    if (status.history) await markOurs(pool);
    const merged = await makeRowsFit(pool, status.pending, duplicates);
    for (const name of status.pending) {
      if (options.signal?.aborted === true)
        throw new CostsError('interrupted', `Interrupted before ${name}; what is applied stays applied.`);
      onStart?.(name);
      await applyOne({ ...target, pool }, files, name, lockAttempts(options));
      await markOurs(pool);
    }
    return { applied: status.pending, recovered, merged };
  });
}

/** What adopting has not let through since it looks for it may have been let through before. */
async function requireNoHindrance(pool: Connection, files: readonly MigrationFile[]): Promise<void> {
  const [states, live] = [await shadowStates(files), await readCatalog(pool)];
  const [hindrance] = [
    ...(await unfinishedOfTheirs(pool)),
    ...namesTaken(states, live),
    ...(await findHindrances(pool, states.at(-1) ?? [], live, false)),
  ];
  if (hindrance === undefined) return;
  throw new CostsError('conflict', `${hindrance.cause}. Nothing was changed.`, { hint: hindrance.way });
}

async function applyOne(
  target: SessionTarget,
  files: readonly MigrationFile[],
  name: string,
  attempts: number,
): Promise<void> {
  const position = files.findIndex((file) => file.name === name);
  const file = files[position];
  if (file === undefined) return;
  const concurrent = concurrentIndex(file) !== null;
  await dropInvalidLeftover(target.pool, file);
  await target.pool.query(`SET lock_timeout = '${concurrent ? '0' : LOCK_TIMEOUT}'`);
  try {
    await applyPatiently(target, files.slice(0, position + 1), name, attempts);
  } finally {
    await target.pool.query(`SET lock_timeout = '0'`).catch(() => undefined);
  }
  await requireValidIndex(target.pool, file);
}

/** Looks before anything is changed: a key that fails half-way leaves an invalid index and no word about which rows. */
async function makeRowsFit(
  pool: Connection,
  pending: readonly string[],
  duplicates: DuplicateChoice | undefined,
): Promise<number> {
  if (!pending.some((name) => /_cost_data_(?:bucket_key|check)/.test(name))) return 0;
  return pool.transaction(async () => {
    if (duplicates !== undefined) await pool.query('LOCK TABLE cost_data IN SHARE ROW EXCLUSIVE MODE');
    const [misfit] = await findMisfits(pool, { duplicates });
    if (misfit !== undefined)
      throw new CostsError('conflict', `${misfit.text}. Nothing was changed.`, {
        hint: `Correct or remove them, then run costs db migrate again. All of them: ${misfit.query}`,
      });
    return duplicates === undefined ? 0 : (await mergeDuplicates(pool, duplicates, await readWrittenOrder(pool))).rows;
  });
}

/** The engine applies what is missing of a list, and of this one only the last is. */
async function applyPatiently(
  target: SessionTarget,
  files: MigrationFile[],
  name: string,
  attempts: number,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await withEngine(target, (engine) =>
        engine.applyMigrations({ migrationsList: toMigrationList(files), filters: NO_FILTERS }),
      );
      return;
    } catch (cause) {
      const text = cause instanceof Error ? cause.message : String(cause);
      if (!LOCKED.test(text) || attempt === attempts) throw migrationError(name, target, cause);
      await withEngine(target, (engine) => engine.markMigrationRolledBack({ migrationName: name }));
      await sleep(LOCK_PAUSE_MS);
    }
  }
}

function migrationError(name: string, target: MigrationTarget, cause: unknown): unknown {
  const explained = target.explain(cause);
  if (explained instanceof CostsError && explained.code === 'unreachable') return explained;
  const told = cause instanceof Error ? cause.message : String(cause);
  const reason = firstReason(told) ?? 'no reason was given';
  const isLocked = LOCKED.test(told);
  const waited = isLocked ? ' Another program holds the table for long.' : '';
  // A publication of all tables takes no change of one whose key is just being replaced.
  const published = /table "([^"]+)" because it does not have a replica identity/.exec(reason)?.[1];
  const way = published === undefined ? 'Mend the cause' : `ALTER TABLE ${quote(published)} REPLICA IDENTITY FULL`;
  return new CostsError(
    isLocked ? 'unreachable' : 'failed',
    `The migration ${name} failed, and nothing of it was kept: ${reason.replace(/\.$/, '')}.${waited}`,
    { hint: `${way}, then go on from there: costs db migrate`, cause },
  );
}
