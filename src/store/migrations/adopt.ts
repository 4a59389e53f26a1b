import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CostsError } from '../../errors.js';
import type { Connection } from '../pool.js';
import { inTransaction, quote } from '../rows.js';
import { planAdoption, type AdoptionPlan } from './adoption-plan.js';
import { writeAdoption, type Adoption } from './adoption-record.js';
import { readCatalog, type Fact } from './catalog.js';
import { mergeDuplicates, type DuplicateChoice } from './duplicates.js';
import type { ForeignObject } from './drift.js';
import { fillAdopted } from './fill-adopted.js';
import { fingerprint } from './fingerprint.js';
import { readMigrations, type MigrationFile } from './folder.js';
import { readHistory } from './history.js';
import type { MigrationTarget } from './migrations.js';
import { findMisfits, findUnconvertible } from './misfits.js';
import { requireRights } from './preflight.js';
import type { Settings } from '../settings.js';
import { toScript, type Step } from './schema-steps.js';
import { asOnlyMigrator, LOCK_ATTEMPTS, LOCK_PAUSE_MS, LOCK_TIMEOUT, type MigratorOptions } from './session.js';
import { shadowStates } from './shadow-states.js';

export interface AdoptOptions extends MigratorOptions {
  /** Only say what would be done. */
  dryRun?: boolean | undefined;
  duplicates?: DuplicateChoice | undefined;
}

export interface AdoptResult {
  /** Whether it was carried out. */
  done: boolean;
  /** The migrations that are (to be) marked as applied. */
  adopted: string[];
  /** Left for `costs db migrate`. */
  pending: string[];
  /** What is (to be) changed, in order. */
  steps: Pick<Step, 'text' | 'locks'>[];
  /** The same as psql takes it; without the fillings of rows, which only the command does. */
  sql: string;
  /** Why it cannot be adopted as it is; nothing was changed then. */
  problems: string[];
  /** What is not ours, and is left alone. */
  foreign: ForeignObject[];
  /** Bills that shared a key, of which one was made. */
  merged: number;
}

/**
 * Takes over a database that has our tables but no history of ours: what `prisma db push` or a person made is completed and
 * takes our names, and nothing that was there is lost. All of it in one transaction, in which no row may come to say
 * anything else; what leads back is written down with it.
 * @throws CostsError `conflict` when there is a history, `schema` when there is nothing of ours
 */
export async function adoptDatabase(
  target: MigrationTarget,
  { dryRun = false, duplicates, ...options }: AdoptOptions = {},
): Promise<AdoptResult> {
  return asOnlyMigrator(target, options, async (pool) => {
    await requireRights(pool, target.label);
    await requireAdoptable(pool, target.label);
    const files = await readMigrations();
    const states = await shadowStates(files);
    const live = await readCatalog(pool);
    const plan = planAdoption(files, states, live);
    // Of a schema that does not fit, the rows cannot be asked either.
    const problems = plan.problems.length > 0 ? plan.problems : await findRowProblems(pool, plan, live, duplicates);
    if (problems.length > 0 || dryRun) return toResult({ ...plan, problems, merged: 0 }, pool.settings, false);
    for (const { sql } of plan.steps.filter(({ first }) => first)) await pool.query(sql);
    return toResult(await carryOut(pool, files, states, duplicates), pool.settings, true);
  });
}

async function requireAdoptable(pool: Connection, label: string): Promise<void> {
  const { exists, otherTables } = await readHistory(pool);
  if (exists)
    throw new CostsError('conflict', `${label} has a migration history already.`, { hint: 'See costs db status.' });
  if (!otherTables.includes('cost_data'))
    throw new CostsError('schema', `${label} has no tables of ours to adopt.`, {
      hint: 'Run costs db migrate to make them.',
    });
}

async function findRowProblems(
  pool: Connection,
  { target }: AdoptionPlan,
  live: readonly Fact[],
  duplicates: DuplicateChoice | undefined,
): Promise<string[]> {
  const asked = duplicates === undefined || duplicates.policy === 'stop';
  const misfits = [
    ...(await findUnconvertible(pool, target, live)),
    ...(await findMisfits(pool, { duplicates: asked })),
  ];
  return misfits.map(({ text, query }) => `${text}. All of them: ${query}`);
}

/** Under the lock the plan is made anew: somebody may have changed something since the first look. */
async function carryOut(
  pool: Connection,
  files: readonly MigrationFile[],
  states: readonly Fact[][],
  duplicates: DuplicateChoice | undefined,
): Promise<AdoptionPlan & { merged: number }> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await inTransaction(pool, () => adoptLocked(pool, files, states, duplicates));
    } catch (error) {
      if (attempt === LOCK_ATTEMPTS || !(error instanceof Error && /lock timeout/.test(error.message))) throw error;
      await sleep(LOCK_PAUSE_MS);
    }
  }
}

async function adoptLocked(
  pool: Connection,
  files: readonly MigrationFile[],
  states: readonly Fact[][],
  duplicates: DuplicateChoice | undefined,
): Promise<AdoptionPlan & { merged: number }> {
  await pool.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
  const ours = new Set(states.at(-1)?.map(({ table }) => table));
  const found = (await readCatalog(pool)).filter(({ table }) => table === null || ours.has(table));
  const tables = found.filter(({ object }) => object.startsWith('table ')).map(({ table }) => quote(table ?? ''));
  await pool.query(`LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE`);
  const live = await readCatalog(pool);
  const plan = planAdoption(files, states, live);
  if (plan.problems.length > 0 || (await findRowProblems(pool, plan, live, duplicates)).length > 0)
    throw new CostsError('conflict', 'The database was changed while it was looked at. Nothing was changed.', {
      hint: 'Run costs db adopt --dry-run.',
    });
  const merge = duplicates === undefined ? null : await mergeDuplicates(pool, duplicates);
  const before = await fingerprint(pool);
  const undo = merge?.undo ?? [];
  for (const { sql, undo: back } of plan.steps) {
    await pool.query(sql);
    if (back !== null) undo.unshift(back);
  }
  undo.unshift(...(await fillAdopted(pool, plan.steps)));
  if ((await fingerprint(pool)) !== before)
    throw new CostsError('failed', 'A row would say something else afterwards. Nothing was changed.', {
      hint: 'This is a fault in costs worth reporting, with what costs db adopt --dry-run prints.',
    });
  await writeHistory(pool, files, {
    migrations: plan.adopted,
    undo,
    found,
    foreignHistory: await foreignHistory(pool, files),
  });
  return { ...plan, merged: merge?.rows ?? 0 };
}

async function foreignHistory(pool: Connection, files: readonly MigrationFile[]): Promise<string[]> {
  await pool.query(HISTORY);
  const { rows } = await pool.query<{ name: string }>('SELECT migration_name AS name FROM "_prisma_migrations"');
  const ours = new Set(files.map(({ name }) => name));
  return [...new Set(rows.map(({ name }) => name))].filter((name) => !ours.has(name));
}

/** As Prisma makes it. */
const HISTORY = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ, "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT, "rolled_back_at" TIMESTAMPTZ, "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`;

async function writeHistory(pool: Connection, files: readonly MigrationFile[], adoption: Adoption): Promise<void> {
  const last = adoption.migrations.at(-1);
  for (const { name, checksum } of files.filter((file) => adoption.migrations.includes(file.name))) {
    await pool.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, logs, finished_at, applied_steps_count) VALUES ($1, $2, $3, $4, now(), 1)`,
      [randomUUID(), checksum, name, name === last ? writeAdoption(adoption) : null],
    );
  }
}

function toResult(
  { adopted, pending, steps, problems, foreign, merged }: AdoptionPlan & { merged: number },
  settings: Settings,
  done: boolean,
): AdoptResult {
  return {
    done,
    adopted,
    pending,
    steps: steps.map(({ text, locks }) => ({ text, locks })),
    sql: steps.length === 0 ? '' : toScript(steps, settings),
    problems,
    foreign,
    merged,
  };
}
