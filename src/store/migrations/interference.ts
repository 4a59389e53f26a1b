import type { Pool } from 'pg';
import { CostsError } from '../../errors.js';
import { shell } from '../../domain/shell.js';
import { quote } from '../rows.js';
import type { Fact } from './catalog.js';

/** Prisma's engine applies nothing where a migration began and did not end, whosever it is. */
export async function unfinishedOfTheirs(pool: Pool): Promise<string[]> {
  const { rows: table } = await pool.query(
    `SELECT FROM pg_class WHERE relname = '_prisma_migrations' AND relnamespace = quote_ident(current_schema())::regnamespace`,
  );
  if (table.length === 0) return [];
  const { rows } = await pool.query<{ name: string }>(
    'SELECT migration_name AS name FROM "_prisma_migrations" WHERE finished_at IS NULL AND rolled_back_at IS NULL ORDER BY started_at',
  );
  return rows.map(
    ({ name }) =>
      `the migration ${name} of the application that made the tables began and did not end: finish it there, or tell its history: ${shell`npx prisma migrate resolve --applied ${name}`} (or --rolled-back)`,
  );
}

/** @throws CostsError `conflict` where a trigger or a rule of theirs may be what keeps our values out or changes theirs */
export function requireNoInterference(found: readonly Fact[]): void {
  for (const { object, table } of found) {
    const [, kind, name] = /^(trigger|rule) [^.]*\.(.*)$/s.exec(object) ?? [];
    if (kind === undefined || name === undefined || table === null) continue;
    throw new CostsError(
      'conflict',
      `The ${kind} ${name} of ${table} changes what is written to it, so that rows cannot be completed. Nothing was changed.`,
      { hint: `Switch it off meanwhile: ALTER TABLE ${quote(table)} DISABLE ${kind.toUpperCase()} ${quote(name)}` },
    );
  }
}
