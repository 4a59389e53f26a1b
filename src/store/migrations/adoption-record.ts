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
  /** Rows of another application in the same history. */
  foreignHistory: string[];
  /** The ids of the bills of which one was made, each after those written before it. */
  written: string[];
}

const KIND = 'costs-adoption';

/** As the text that goes into the history, where Prisma keeps what a migration said. */
export function writeAdoption(adoption: Adoption): string {
  return JSON.stringify({ kind: KIND, ...adoption });
}

export function readAdoption(logs: string | null): Adoption | null {
  if (logs?.startsWith(`{"kind":"${KIND}"`) !== true) return null;
  // Earlier versions did not write the order down.
  return { written: [], ...(JSON.parse(logs) as Omit<Adoption, 'written'>) };
}

/** The order of bills as an adoption that was rolled back found it: what it led back lies elsewhere in the table. */
export async function readEarlierOrder(pool: Pool): Promise<string[]> {
  const { rows: found } = await pool.query<{ exists: boolean }>(
    `SELECT to_regclass(quote_ident(current_schema()) || '._prisma_migrations') IS NOT NULL AS exists`,
  );
  if (found[0]?.exists !== true) return [];
  const { rows } = await pool.query<{ logs: string | null }>(
    'SELECT logs FROM "_prisma_migrations" WHERE rolled_back_at IS NOT NULL ORDER BY rolled_back_at DESC',
  );
  return rows.map(({ logs }) => readAdoption(logs)).find((record) => record !== null)?.written ?? [];
}
