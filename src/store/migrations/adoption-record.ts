import type { Pool } from 'pg';
import type { Fact } from './catalog.js';

/** What `costs db adopt` found and did, kept with the last migration that it marked as applied. */
export interface Adoption {
  /** The migrations it marked as applied. */
  migrations: string[];
  /** The statements that lead back to what it found. */
  undo: string[];
  /** The schema it found. */
  found: Fact[];
  /** The ids of the bills of which one was made, each after those written before it. */
  written: string[];
}

const KIND = 'costs-adoption';
const BEGIN = `{"kind":"${KIND}"`;

/** SQL that is true of the row of a history that has a record; of a long one, only the begin is read. */
export const HAS_ADOPTION = `left(logs, ${BEGIN.length}) = '${BEGIN}'`;

/** As the text that goes into the history, where Prisma keeps what a migration said. */
export function writeAdoption(adoption: Adoption): string {
  return JSON.stringify({ kind: KIND, ...adoption });
}

/** Adds statements that come before all others on the way back. */
export async function addUndo(pool: Pool, adoption: Adoption, statements: readonly string[]): Promise<void> {
  await pool.query(`UPDATE "_prisma_migrations" SET logs = $1 WHERE ${HAS_ADOPTION} AND rolled_back_at IS NULL`, [
    writeAdoption({ ...adoption, undo: [...statements, ...adoption.undo] }),
  ]);
}

/** The record of the adoption that the schema stands on; null where it stands on none. */
export async function readAdoption(pool: Pool): Promise<Adoption | null> {
  return read(pool, 'rolled_back_at IS NULL');
}

async function read(pool: Pool, where: string): Promise<Adoption | null> {
  const { rows } = await pool.query<{ logs: string }>(
    `SELECT logs FROM "_prisma_migrations" WHERE ${HAS_ADOPTION} AND ${where} ORDER BY rolled_back_at DESC LIMIT 1`,
  );
  // Earlier versions did not write the order down.
  return rows[0] === undefined ? null : { written: [], ...(JSON.parse(rows[0].logs) as Omit<Adoption, 'written'>) };
}

/** The order of bills as an adoption that was rolled back found it: what it led back lies elsewhere in the table. */
export async function readEarlierOrder(pool: Pool): Promise<string[]> {
  const { rows: found } = await pool.query<{ exists: boolean }>(
    `SELECT to_regclass(quote_ident(current_schema()) || '._prisma_migrations') IS NOT NULL AS exists`,
  );
  if (found[0]?.exists !== true) return [];
  return (await read(pool, 'rolled_back_at IS NOT NULL'))?.written ?? [];
}
