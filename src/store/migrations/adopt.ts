import type { MigrationTarget } from './target.js';
import { randomUUID } from 'node:crypto';
import { CostsError } from '../../errors.js';
import type { Connection } from '../pool.js';
import { keepOthersOut } from '../default-rights.js';
import { quote } from '../rows.js';
import { notMidnight } from './column-types.js';
import { planAdoption, type AdoptionPlan } from './adoption-plan.js';
import { readProjects, writeAdoption, type Adoption } from './adoption-record.js';
import { readBillKey } from './bill-key.js';
import { carryOut } from './carry-out.js';
import { readCatalog, type Fact } from './catalog.js';
import { describeDuplicates, readWrittenOrder } from './duplicates.js';
import { mergeDuplicates, type DuplicateChoice } from './merge-duplicates.js';
import { billedTwice } from './double-projects.js';
import type { ForeignObject } from './drift.js';
import { findDependents } from './dependents.js';
import { tablesElsewhere } from './elsewhere.js';
import { findHindrances } from './hindrances.js';
import { unfinishedOfTheirs } from './interference.js';
import { zonedColumns, type Zones } from './convert-columns.js';
import { readMigrations, type MigrationFile } from './folder.js';
import { readHistory } from './history.js';
import { missingHistory } from './schema-problem.js';
import { findFailing, findMisfits, uncertainValues, withoutIdle } from './misfits.js';
import { neverChecked } from './never-null.js';
import { requireRights } from './preflight.js';
import { prismaModels } from './prisma-models.js';
import type { Settings } from '../settings.js';
import { toScript } from './script.js';
import type { Step } from './step.js';
import { asOnlyMigrator, changeTables, LOCK_TIMEOUT } from './session.js';
import type { MigratorOptions } from './waits.js';
import { shadowStates } from './shadow-states.js';

export interface AdoptOptions extends MigratorOptions {
  /** Only say what would be done. */
  dryRun?: boolean | undefined;
  duplicates?: DuplicateChoice | undefined;
  /** The time zone whose midnights the dates are, where they are instants. */
  datesIn?: string | undefined;
}

/** What the person who asks has decided about rows that can be read in more than one way. */
type Choices = Pick<AdoptOptions, 'duplicates' | 'datesIn'>;

export interface AdoptResult {
  /** Whether it was carried out. */
  done: boolean;
  /** The migrations that are (to be) marked as applied. */
  adopted: string[];
  /** Left for `costs db migrate`. */
  pending: string[];
  /** What is (to be) changed, in order. */
  steps: Pick<Step, 'text' | 'locks'>[];
  /** The same as psql takes it; nothing where there are problems. */
  sql: string;
  /** Why it cannot be adopted as it is; nothing was changed then. */
  problems: string[];
  /** What is not ours, and is left alone. */
  foreign: ForeignObject[];
  /** Bills that shared a key, of which one was made. */
  merged: number;
  /** The models that the schema of the application needs, so that its next push drops nothing of ours. */
  models: string;
}

/**
 * Takes over a database that has our tables but no history of ours: what `prisma db push` or a person made is completed and
 * takes our names, and nothing that was there is lost. All of it in one transaction, in which no row may come to say
 * anything else; what leads back is written down with it.
 * @throws CostsError `conflict` when there is a history, `schema` when there is nothing of ours
 */
export async function adoptDatabase(
  target: MigrationTarget,
  { dryRun = false, duplicates, datesIn, ...options }: AdoptOptions = {},
): Promise<AdoptResult> {
  const choices = { duplicates, datesIn };
  return asOnlyMigrator(target, options, async (pool) => {
    await requireRights(pool, target.label);
    await requireAdoptable(pool, target.label);
    if (datesIn !== undefined) await requireZone(pool, datesIn);
    const files = await readMigrations();
    const states = await shadowStates(files);
    const { plan, problems } = await look(pool, files, states, choices);
    if (problems.length > 0 || dryRun) return toResult({ ...plan, problems, merged: 0 }, pool.settings, false);
    for (const { sql } of plan.steps.filter(({ first }) => first)) await pool.query(sql);
    const isIdle = plan.steps.length === 0 && duplicates === undefined;
    const carriedOut = await changeTables(pool, options, () => adoptLocked(pool, files, states, choices, isIdle));
    return toResult(carriedOut, pool.settings, true);
  });
}

async function requireAdoptable(pool: Connection, label: string): Promise<void> {
  const { exists, otherTables } = await readHistory(pool);
  if (exists)
    throw new CostsError('conflict', `${label} has a migration history already.`, { hint: 'costs db status' });
  if (otherTables.includes('cost_data')) return;
  const renamed = await costsUnderAnotherName(pool);
  if (renamed !== null)
    throw new CostsError('schema', `${label} has its costs in a table called "${renamed}", not cost_data.`, {
      hint: `Give the models of your application @@map("cost_data") and the like, and rename the tables: ALTER TABLE ${quote(renamed)} RENAME TO cost_data`,
    });
  const { rows } = await pool.query<{ name: string }>(
    `SELECT n.nspname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = 'cost_data' AND c.relkind IN ('r', 'p') ORDER BY 1`,
  );
  const elsewhere = rows[0]?.name;
  if (elsewhere === undefined && otherTables.length > 0) throw missingHistory(otherTables, label);
  throw new CostsError('schema', `${label} has no tables of ours to adopt.`, {
    hint:
      elsewhere === undefined
        ? 'Run costs db migrate to make them.'
        : `There is a cost_data in the schema "${elsewhere}": add ?schema=${elsewhere} to DATABASE_URL.`,
  });
}

/** A table that has what a row of costs is made of, in whatever spelling. */
async function costsUnderAnotherName(pool: Connection): Promise<string | null> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
     WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind IN ('r', 'p')
     GROUP BY c.relname
     HAVING array_agg(lower(replace(a.attname, '_', ''))) @> ARRAY['cost', 'projectid', 'date', 'service'] OR lower(replace(c.relname, '_', '')) = 'costdata' ORDER BY 1 LIMIT 1`,
  );
  return rows[0]?.name ?? null;
}

/** A name that is not in the list would be read as an offset, with its sign turned round. */
async function requireZone(pool: Connection, zone: string): Promise<void> {
  const { rowCount } = await pool.query('SELECT FROM pg_timezone_names WHERE name = $1', [zone]);
  if (rowCount === 0)
    throw new CostsError('usage', `"${zone}" is not a time zone that the database knows.`, {
      hint: 'Name it as in: costs db adopt --dates-in Europe/Berlin',
    });
}

interface Plan extends AdoptionPlan {
  /** What becomes of bills that share a key, in words; null where none do. */
  merging: string | null;
}

/** What is to be done, and what stands against it. */
async function look(
  pool: Connection,
  files: readonly MigrationFile[],
  states: readonly Fact[][],
  { duplicates, datesIn }: Choices,
): Promise<{ plan: Plan; problems: string[] }> {
  const live = await readCatalog(pool);
  const plan = planAdoption(files, states, live, pool.settings.schema, await zonesOf(pool, live, datesIn));
  // Of tables that are elsewhere the schema says nothing, and of a schema that does not fit, the rows cannot be asked either.
  const elsewhere = await tablesElsewhere(pool, states.at(-1) ?? []);
  const unfit = elsewhere.length > 0 ? elsewhere : plan.problems;
  if (unfit.length > 0) return { plan: { ...plan, merging: null }, problems: unfit };
  const checks = [
    ...uncertainValues(plan.conversions),
    ...neverChecked(plan.target, live),
    ...plan.steps.flatMap((step) => step.checks),
    ...(await billedTwice(pool)),
  ];
  const filled = plan.steps.flatMap(({ fills }) => (fills?.table === 'cost_data' ? fills.column : []));
  const looking = { duplicates, filled, converted: plan.conversions };
  const misfits = [...(await findFailing(pool, checks)), ...(await findMisfits(pool, looking))];
  const hindrances = [
    ...(await unfinishedOfTheirs(pool)),
    ...(await findHindrances(pool, states.at(-1) ?? [], live, plan.steps.length + plan.pending.length > 0)),
  ];
  const problems = [
    ...(await findDependents(pool, plan.conversions)),
    ...hindrances.map(({ cause, way }) => `${cause}. ${way}`),
    ...misfits.map(({ text, query }) => `${text}. All of them: ${query}`),
  ];
  const merging = problems.length > 0 ? null : await describeMerge(pool, plan, duplicates);
  return { plan: { ...plan, merging, steps: await withoutIdle(pool, plan.steps) }, problems };
}

async function describeMerge(
  pool: Connection,
  { conversions }: AdoptionPlan,
  choice: DuplicateChoice | undefined,
): Promise<string | null> {
  if (choice === undefined || choice.policy === 'stop') return null;
  const key = await readBillKey(pool);
  const totals = key && (await describeDuplicates(pool, key, conversions));
  return totals && `make one bill of those that share project, bucket and line item (${choice.policy}): ${totals}`;
}

/** Instants that all are midnights of UTC are days of UTC, whatever is said of the others. */
async function zonesOf(pool: Connection, live: readonly Fact[], zone: string | undefined): Promise<Zones> {
  const zones = new Map<string, string>();
  if (zone === undefined) return zones;
  for (const { table, name } of zonedColumns(live)) {
    const column = quote(name);
    const { rowCount } = await pool.query(
      `SELECT FROM ${quote(table)} WHERE isfinite(${column}) AND ${notMidnight(column)} LIMIT 1`,
    );
    if (rowCount === 1) zones.set(`${table}.${name}`, zone);
  }
  return zones;
}

/**
 * Under the lock the plan is made anew: somebody may have changed something since the first look. Where there is nothing to
 * change, it keeps nobody from the rows.
 */
async function adoptLocked(
  pool: Connection,
  files: readonly MigrationFile[],
  states: readonly Fact[][],
  choices: Choices,
  isIdle: boolean,
): Promise<Plan & { merged: number }> {
  await pool.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
  const ours = new Set(states.at(-1)?.map(({ table }) => table));
  const found = (await readCatalog(pool)).filter(({ table }) => table === null || ours.has(table));
  const tables = found.filter(({ object }) => object.startsWith('table ')).map(({ table }) => quote(table ?? ''));
  await pool.query(`LOCK TABLE ${tables.join(', ')} IN ${isIdle ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE'} MODE`);
  const { plan, problems } = await look(pool, files, states, choices);
  if (problems.length > 0 || (isIdle && plan.steps.length > 0))
    throw new CostsError('conflict', 'The database was changed while it was looked at. Nothing was changed.', {
      hint: 'Run costs db adopt --dry-run.',
    });
  const { duplicates } = choices;
  const written = duplicates === undefined ? [] : await readWrittenOrder(pool);
  const revoke = await keepOthersOut(pool);
  const undo = isIdle ? [] : await carryOut(pool, plan);
  const merge = duplicates === undefined ? null : await mergeDuplicates(pool, duplicates, written);
  await writeHistory(pool, files, {
    migrations: plan.adopted,
    undo: [...(merge?.undo ?? []), ...undo],
    found: await ofOurs(pool, found, plan.target),
    written,
    projects: await readProjects(pool),
  });
  await pool.query(revoke);
  return { ...plan, merged: merge?.rows ?? 0 };
}

/** What is ours of what was found, and what took our names: with the rest its owner may do as he likes meanwhile. */
async function ofOurs(pool: Connection, found: readonly Fact[], target: readonly Fact[]): Promise<Fact[]> {
  const ours = new Set(target.map(({ object }) => object));
  const left = new Set((await readCatalog(pool)).map(({ object }) => object));
  return found.filter(({ object }) => ours.has(object) || !left.has(object));
}

/** As Prisma makes it. */
const HISTORY = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ, "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT, "rolled_back_at" TIMESTAMPTZ, "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`;

async function writeHistory(pool: Connection, files: readonly MigrationFile[], adoption: Adoption): Promise<void> {
  await pool.query(HISTORY);
  const last = adoption.migrations.at(-1);
  for (const { name, checksum } of files.filter((file) => adoption.migrations.includes(file.name))) {
    await pool.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, logs, finished_at, applied_steps_count) VALUES ($1, $2, $3, $4, now(), 1)`,
      [randomUUID(), checksum, name, name === last ? writeAdoption(adoption) : null],
    );
  }
}

async function toResult(
  { adopted, pending, steps, conversions, merging, problems, foreign, merged }: Plan & { merged: number },
  settings: Settings,
  done: boolean,
): Promise<AdoptResult> {
  return {
    done,
    adopted,
    pending,
    steps: [
      ...steps.map(({ text, locks }) => ({ text, locks })),
      ...(merging === null ? [] : [{ text: merging, locks: 'cost_data' }]),
    ],
    sql: steps.length === 0 || problems.length > 0 ? '' : toScript(steps, uncertainValues(conversions), settings),
    problems,
    foreign,
    merged,
    models: await prismaModels(),
  };
}
