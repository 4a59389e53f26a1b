import { CostsError } from '../../errors.js';
import type { Pool } from 'pg';
import type { MigrationFile } from './folder.js';

/** The index a migration builds outside a transaction, or null for any other migration. */
export function concurrentIndex({ sql }: Pick<MigrationFile, 'sql'>): string | null {
  return /^\s*CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+"([^"]+)"/im.exec(sql)?.[1] ?? null;
}

/**
 * A concurrent build that failed or was killed leaves an invalid index under the same name, and the next attempt would
 * stop at it.
 */
export async function dropInvalidLeftover(pool: Pool, file: MigrationFile): Promise<void> {
  const name = concurrentIndex(file);
  if (name !== null && (await indexValidity(pool, name)) === false) await pool.query(`DROP INDEX "${name}"`);
}

/** @throws CostsError `failed` when the index that the migration built is not usable */
export async function requireValidIndex(pool: Pool, file: MigrationFile): Promise<void> {
  const name = concurrentIndex(file);
  if (name === null || (await indexValidity(pool, name)) === true) return;
  throw new CostsError('failed', `The index ${name} was built but is not valid.`, {
    hint: 'See what is there, then migrate again: costs db status',
  });
}

async function indexValidity(pool: Pool, name: string): Promise<boolean | null> {
  const { rows } = await pool.query<{ valid: boolean }>(
    `SELECT i.indisvalid AND i.indisready AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE c.relname = $1 AND c.relnamespace = quote_ident(current_schema())::regnamespace`,
    [name],
  );
  return rows[0]?.valid ?? null;
}
