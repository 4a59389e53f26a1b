import type { Pool } from 'pg';
import { CostsError } from '../../errors.js';
import { shell } from '../../domain/shell.js';
import { quote } from '../rows.js';
import type { Hindrance } from './hindrances.js';
import { literal } from './step.js';

/** Prisma's engine applies nothing where a migration began and did not end, whosever it is. */
export async function unfinishedOfTheirs(pool: Pool): Promise<Hindrance[]> {
  const { rows: table } = await pool.query(
    `SELECT FROM pg_class WHERE relname = '_prisma_migrations' AND relnamespace = quote_ident(current_schema())::regnamespace`,
  );
  if (table.length === 0) return [];
  const { rows } = await pool.query<{ name: string }>(
    'SELECT migration_name AS name FROM "_prisma_migrations" WHERE finished_at IS NULL AND rolled_back_at IS NULL ORDER BY started_at',
  );
  return rows.map(({ name }) => ({
    cause: `The migration ${name} of the application that made the tables began and did not end`,
    way: `Finish it there, or tell its history: ${shell`npx prisma migrate resolve --applied ${name}`} (or --rolled-back)`,
  }));
}

/** @throws CostsError `conflict` where triggers or rules of a table may be what keeps our values out or changes theirs */
export async function requireNoInterference(pool: Pool, table: string): Promise<void> {
  const { rows } = await pool.query<{ ways: string | null }>(`SELECT (${switchOffSql(table)}) AS ways`);
  const ways = rows[0]?.ways ?? null;
  if (ways === null) return;
  throw new CostsError('conflict', interferes(table), { hint: `Switch it off meanwhile: ${ways}` });
}

export function interferes(table: string): string {
  return `A trigger or a rule of ${table} changes what is written to it. Nothing was changed.`;
}

/** A query for the statements that switch off what runs as rows of a table are written; null where nothing does. */
export function switchOffSql(table: string): string {
  const relation = `to_regclass(${literal(quote(table))})`;
  return `SELECT string_agg(format('ALTER TABLE %s DISABLE %s %I', ${relation}, kind, name), '; ') FROM (
    SELECT 'TRIGGER' AS kind, tgname AS name FROM pg_trigger WHERE tgrelid = ${relation} AND NOT tgisinternal AND tgenabled <> 'D'
    UNION ALL SELECT 'RULE', rulename FROM pg_rewrite WHERE ev_class = ${relation} AND ev_enabled <> 'D' ORDER BY 1, 2) AS theirs`;
}
