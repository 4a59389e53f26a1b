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
  /** By the id of each project that was there, the provider project it was of; null of a record that an earlier version made. */
  projects: Record<string, unknown> | null;
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

/** What a row `p` of projects says of the provider project it is of, as the record keeps it. */
const TRIPLE = `jsonb_build_array(to_jsonb(p) -> 'ai_provider', to_jsonb(p) -> 'ai_organization_id', to_jsonb(p) -> 'ai_project_id')`;

/** The projects that are there, as the record keeps them. */
export async function readProjects(pool: Pool): Promise<Record<string, unknown>> {
  const { rows } = await pool.query<{ projects: Record<string, unknown> | null }>(
    `SELECT jsonb_object_agg(id, ${TRIPLE}) AS projects FROM projects p`,
  );
  return rows[0]?.projects ?? {};
}

/**
 * How many projects are of another provider project than they were, or of none, as the way back leaves them: the columns that
 * say so are the application's, and which bills went along is not written down.
 */
export async function countRelinked(pool: Pool, { projects, found }: Adoption): Promise<number> {
  if (!found.some(({ object }) => object === 'column projects.ai_project_id')) return 0;
  const { rowCount } = await pool.query(`SELECT FROM projects p WHERE $1::jsonb -> p.id <> ${TRIPLE}`, [
    JSON.stringify(projects),
  ]);
  return rowCount ?? 0;
}

/** SQL that is true where the record of the adoption has the project whose id this SQL is. */
export function wasAdopted(id: string): string {
  return `EXISTS (SELECT FROM "_prisma_migrations" WHERE rolled_back_at IS NULL AND CASE WHEN ${HAS_ADOPTION} THEN logs::jsonb -> 'projects' ? ${id} END)`;
}

/** The record of the adoption that the schema stands on; null where it stands on none. */
export async function readAdoption(pool: Pool): Promise<Adoption | null> {
  return read(pool, 'rolled_back_at IS NULL');
}

async function read(pool: Pool, where: string): Promise<Adoption | null> {
  const { rows } = await pool.query<{ logs: string }>(
    `SELECT logs FROM "_prisma_migrations" WHERE ${HAS_ADOPTION} AND ${where} ORDER BY rolled_back_at DESC LIMIT 1`,
  );
  // Earlier versions did not write the order down, and knew nothing of projects.
  return rows[0] === undefined
    ? null
    : { written: [], projects: null, ...(JSON.parse(rows[0].logs) as Omit<Adoption, 'written' | 'projects'>) };
}

/** The order of bills as an adoption that was rolled back found it: what it led back lies elsewhere in the table. */
export async function readEarlierOrder(pool: Pool): Promise<string[]> {
  const { rows: found } = await pool.query<{ exists: boolean }>(
    `SELECT to_regclass(quote_ident(current_schema()) || '._prisma_migrations') IS NOT NULL AS exists`,
  );
  if (found[0]?.exists !== true) return [];
  return (await read(pool, 'rolled_back_at IS NOT NULL'))?.written ?? [];
}
