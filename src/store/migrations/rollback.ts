import { rm } from 'node:fs/promises';
import type { MigrationTarget } from './target.js';
import { CostsError } from '../../errors.js';
import type { Pool } from 'pg';
import { keepOthersOut } from '../default-rights.js';
import { quote } from '../rows.js';
import type { Connection } from '../pool.js';
import { bringBackAccepted } from './accepted-bills.js';
import { countRelinked, readAdoption, type Adoption } from './adoption-record.js';
import { readCatalog, type Fact } from './catalog.js';
import { compareCatalogs } from './drift.js';
import { writeExport } from './export-file.js';
import { readDown, readMigrations, type MigrationFile } from './folder.js';
import { readHistory } from './history.js';
import { findMigration } from './names.js';
import { nameNeverNull } from './never-null.js';
import { requireRights, requireSoundHistory } from './preflight.js';
import { referenceOf } from './row-checks.js';
import { asOnlyMigrator, changeTables, LOCK_TIMEOUT } from './session.js';
import type { MigratorOptions } from './waits.js';
import { shadowStates } from './shadow-states.js';
import { findLosses, type Loss } from './losses.js';
import { migrationStatus } from './status.js';
import { plural } from '../../domain/words.js';
import { PARTITIONED_TABLE } from '../partitions/layout.js';
import { planPlain } from '../partitions/plan-plain.js';

export interface RollbackPlan {
  /** The migrations to take back, the latest first. */
  migrations: string[];
  /** The migration that is the last one afterwards. */
  to: string;
  losses: { table: string; rows: number; dropped: string[] | null }[];
  /** Rows at loss in all. */
  rows: number;
  /** Projects that stay linked otherwise than `costs db adopt` found them, with their bills. */
  relinked: number;
}

export interface RollbackOptions extends MigratorOptions {
  /** A migration's name; the one before the last when undefined. */
  to?: string | undefined;
  /** The file that takes the rows the earlier schema cannot express. */
  export?: string | undefined;
}

interface Work {
  plan: RollbackPlan;
  downs: string[];
  from: Fact[];
  towards: Fact[];
  /** What is left when the way back passes the schema that was adopted. */
  adoption: Adoption | null;
  /** SQL that is true of bills which come to say again what was adopted. */
  replaced?: string | undefined;
}

/** What a rollback would do; reads only. @throws CostsError as `rollbackMigrations` does */
export async function planRollback(
  target: MigrationTarget,
  { to, export: path, ...options }: RollbackOptions,
): Promise<RollbackPlan> {
  return asOnlyMigrator(target, options, async (pool) => {
    const { plan } = await prepare({ ...target, pool }, to);
    if (plan.rows > 0 && path === undefined) throw needsExport(plan);
    return plan;
  });
}

/**
 * Takes migrations back, all in one transaction, together with the export of what the earlier schema cannot express: a
 * failure or a kill leaves everything as it was.
 * @throws CostsError `usage` when rows are at loss and no file takes them, `conflict` on a schema that is not sound
 */
export async function rollbackMigrations(
  target: MigrationTarget,
  { to, export: path, ...options }: RollbackOptions,
): Promise<RollbackPlan> {
  return asOnlyMigrator(target, options, async (pool) => {
    const work = await prepare({ ...target, pool }, to);
    return changeTables(pool, options, () => takeBack(pool, work, path));
  });
}

async function takeBack(pool: Connection, work: Work, path: string | undefined): Promise<RollbackPlan> {
  await lockTables(pool, work);
  const losses = await findLosses(pool, { ...work, to: work.towards });
  const plan = withLosses(work.plan, losses);
  if (path !== undefined) await writeExport(pool, path, [...plan.migrations].reverse(), losses);
  else if (plan.rows > 0) throw needsExport(plan);
  try {
    await goBack(pool, work, plan.migrations);
  } catch (error) {
    // Nothing is lost yet, and the same command is to go through once the cause is mended.
    if (path !== undefined) await rm(path, { force: true });
    throw error;
  }
  return plan;
}

async function goBack(pool: Connection, work: Work, migrations: readonly string[]): Promise<void> {
  const revoke = await keepOthersOut(pool);
  for (const sql of [...(await leavePartitions(pool, work)), ...work.downs]) await pool.query(sql);
  await pool.query(revoke);
  if (work.adoption !== null) await leaveAdoption(pool, work.adoption);
  // With an end beside it, Prisma would take the row for an applied migration and refuse to resolve it ever again.
  await pool.query(
    'UPDATE "_prisma_migrations" SET rolled_back_at = now(), finished_at = NULL WHERE migration_name = ANY ($1) AND rolled_back_at IS NULL',
    [migrations],
  );
}

function needsExport({ rows, losses }: Pick<RollbackPlan, 'rows' | 'losses'>): CostsError {
  const parts = losses.map((loss) => `${loss.rows} of ${loss.table}`).join(', ');
  return new CostsError(
    'usage',
    `The earlier schema cannot express ${plural(rows, 'row')} (${parts}). Nothing was changed.`,
    {
      hint: 'Add --export FILE: it takes them, and after migrating again db import brings them back.',
    },
  );
}

async function prepare(target: MigrationTarget, to: string | undefined): Promise<Work> {
  const { pool, label } = target;
  await requireRights(pool, label);
  const files = await readMigrations();
  const status = await migrationStatus({ pool });
  const history = await readHistory(pool);
  requireSoundHistory(status, history, label);
  const applied = files.filter(({ name }) => status.applied.some((each) => each.name === name));
  const keep = countToKeep(applied, to);
  const adoption = await readAdoption(pool);
  const isAdopted = ({ name }: MigrationFile) => adoption?.migrations.includes(name) === true;
  // An adopted schema is no state of ours: what was there before must stay, so that it is left as a whole or not at all.
  // Whoever names a migration that was found, and not run, means what was found.
  const leaves = applied.slice(to === undefined ? keep : keep - 1).some(isAdopted);
  const back = (leaves ? applied.filter((file) => !isAdopted(file)) : applied.slice(keep)).reverse();
  const states = await shadowStates(applied);
  const downs = await Promise.all(back.map(({ name }) => readDown(name)));
  const left = leaves ? adoption : null;
  const accepted = left === null ? null : await bringBackAccepted(pool);
  const script = (statements: readonly string[]) => statements.map((sql) => `${sql};\n`).join('');
  const work = {
    downs: left === null ? downs : [script(accepted?.undo ?? []), ...downs, script(left.undo)],
    from: states.at(-1) ?? [],
    towards: left === null ? (states[keep] ?? []) : left.found,
    replaced: accepted?.where,
    adoption: left,
  };
  const plan = {
    migrations: [...back.map(({ name }) => name), ...(left?.migrations.toReversed() ?? [])],
    to: left === null ? (applied[keep - 1]?.name ?? '') : 'the state that costs db adopt found',
    losses: [],
    rows: 0,
    relinked: left === null ? 0 : await countRelinked(pool, left),
  };
  return { plan: withLosses(plan, await findLosses(pool, { ...work, to: work.towards })), ...work };
}

/** @throws CostsError `failed`, and with it the rollback, unless the schema is again what was found */
async function leaveAdoption(pool: Connection, { migrations, found, written }: Adoption): Promise<void> {
  // Bills that were led back lie elsewhere in the table: the record of their order stays, as that of a migration rolled back.
  const unneeded = written.length === 0 ? migrations : migrations.slice(0, -1);
  await pool.query('DELETE FROM "_prisma_migrations" WHERE migration_name = ANY ($1)', [unneeded]);
  const left = await readCatalog(pool);
  for (const sql of nameNeverNull(found, left)) await pool.query(sql);
  const [difference] = compareCatalogs(found, left);
  if (difference === undefined) return;
  throw new CostsError(
    'failed',
    `The way back does not end at what costs db adopt found: ${difference.text}. Nothing was changed.`,
    {
      hint: 'See what was changed since: costs db status',
    },
  );
}

/** How many of the applied migrations stay. */
function countToKeep(applied: readonly MigrationFile[], to: string | undefined): number {
  const names = applied.map(({ name }) => name);
  const keep = to === undefined ? names.length - 1 : names.indexOf(findMigration(names, to)) + 1;
  if (keep >= 1 && keep < names.length) return keep;
  if (to !== undefined)
    throw new CostsError(
      'usage',
      `${names[keep - 1] ?? to} is the last applied migration: there is nothing to take back.`,
      { hint: 'costs db status' },
    );
  throw new CostsError('usage', 'Only the first migration is applied, and below it there is no schema.', {
    hint: 'Drop the database itself if it is to go.',
  });
}

/** Partitions need the key that they have: where it goes, or the table, they go before it. */
async function leavePartitions(pool: Pool, { from, towards }: Work): Promise<string[]> {
  const [key, kept] = [from, towards].map((facts) =>
    facts.find(({ table, definition }) => table === PARTITIONED_TABLE && definition.startsWith('PRIMARY KEY')),
  );
  return key?.definition === kept?.definition ? [] : (await planPlain(pool)).flatMap(({ sql }) => sql);
}

/** Nobody is in what is changed between the count, the export and the end, and nobody is waited for in between; a foreign key goes from both of its tables. */
async function lockTables(pool: Pool, { from, towards }: Work): Promise<void> {
  const kept = new Set(towards.map(({ object, definition }) => `${object} ${definition}`));
  const changed = from.filter(({ object, definition }) => !kept.has(`${object} ${definition}`));
  const tables = changed.flatMap(({ object, definition, table }) => {
    if (!/^(?:table|column|constraint|index) /.test(object)) return [];
    const parent = object.startsWith('constraint ') ? referenceOf(definition).parent : '';
    return [table ?? '', parent].filter((name) => name !== '');
  });
  if (tables.length === 0) return;
  await pool.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
  await pool.query(`LOCK TABLE ${[...new Set(tables)].map(quote).join(', ')} IN ACCESS EXCLUSIVE MODE`);
  await pool.query('SET LOCAL lock_timeout = 0');
}

function withLosses(plan: RollbackPlan, losses: readonly Loss[]): RollbackPlan {
  return {
    ...plan,
    losses: losses.map(({ table, rows, dropped }) => ({ table, rows, dropped })),
    rows: losses.reduce((sum, { rows }) => sum + rows, 0),
  };
}
