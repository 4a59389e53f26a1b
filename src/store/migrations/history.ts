import type { Pool } from 'pg';
import { HAS_ADOPTION } from './adoption-record.js';
import { migrationNames } from './folder.js';

/** One row of `_prisma_migrations`. */
export interface HistoryRow {
  name: string;
  checksum: string;
  startedAt: Date;
  finishedAt: Date | null;
  /** What the database said when it failed; null of one that ended. */
  logs: string | null;
}

/** What a database is, before anything is asked of Prisma's engine. */
export interface History {
  /** Whether `_prisma_migrations` exists and is not another application's alone. */
  exists: boolean;
  /** Without attempts that were rolled back, and what the application added that a schema was adopted of; oldest first. */
  rows: HistoryRow[];
  /** Tables in the schema besides the history, when there is none. */
  otherTables: string[];
  /** Whether `costs db adopt` began it. */
  isAdopted: boolean;
  /** The database's clock, as it goes on from there. */
  clock: () => Date;
}

/** Reads the migration history in one small query (two where there is none). */
export async function readHistory(pool: Pool): Promise<History> {
  const { rows: found } = await pool.query<{ exists: boolean; now: Date }>(
    `SELECT to_regclass(quote_ident(current_schema()) || '._prisma_migrations') IS NOT NULL AS exists, clock_timestamp() AS now`,
  );
  const received = performance.now();
  const clock = () => new Date((found[0]?.now.getTime() ?? 0) + performance.now() - received);
  if (found[0]?.exists !== true)
    return { exists: false, rows: [], otherTables: await readTables(pool), isAdopted: false, clock };
  const { rows: all } = await pool.query<HistoryRow & { marked: boolean; adopted: boolean }>(
    `SELECT migration_name AS name, checksum, started_at AS "startedAt", finished_at AS "finishedAt",
            CASE WHEN finished_at IS NULL THEN logs END AS logs, ${IS_MARKED} AS marked, coalesce(${HAS_ADOPTION}, false) AS adopted
     FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY started_at, migration_name`,
  );
  const ours = new Set(await migrationNames());
  // The application that made the tables may keep a history of its own there: it is none of ours.
  if (!all.some(({ name }) => ours.has(name)))
    return { exists: false, rows: [], otherTables: await readTables(pool), isAdopted: false, clock };
  const isAdopted = all.some(({ adopted }) => adopted);
  const rows = all.filter(({ name, marked }) => !isAdopted || marked || ours.has(name));
  return { exists: true, rows, otherTables: [], isAdopted, clock };
}

const MARK = 'costs';
const IS_MARKED = `left(logs, ${MARK.length + 1}) IS NOT DISTINCT FROM '${MARK}'`;

/** Marks what is applied of ours in a history that was adopted: an earlier version tells it by that from what is the application's. */
export async function markOurs(pool: Pool): Promise<void> {
  await pool.query(
    `UPDATE "_prisma_migrations" SET logs = '${MARK}' WHERE migration_name = ANY ($1) AND finished_at IS NOT NULL AND coalesce(left(logs, 1), '') = ''
     AND EXISTS (SELECT FROM "_prisma_migrations" WHERE ${HAS_ADOPTION} AND rolled_back_at IS NULL)`,
    [await migrationNames()],
  );
}

async function readTables(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = quote_ident(current_schema())::regnamespace
     AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname <> '_prisma_migrations'
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/** The migrations that ended well. */
export function appliedNames({ rows }: History): string[] {
  return rows.filter(({ finishedAt }) => finishedAt !== null).map(({ name }) => name);
}

/** The migrations that began and did not end. */
export function failedRows({ rows }: History): HistoryRow[] {
  return rows.filter(({ finishedAt }) => finishedAt === null);
}

/** Whether there is nothing yet: no table of anybody's. */
export async function isEmpty(pool: Pool): Promise<boolean> {
  const { exists, otherTables } = await readHistory(pool);
  return !exists && otherTables.length === 0;
}
