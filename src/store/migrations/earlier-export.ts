import type { Pool } from 'pg';
import type { ExportHeader } from './export-file.js';
import { readMigrations } from './folder.js';

/**
 * Migrations that only change rows, each as often as wanted: an export of an earlier version brings back rows that they
 * never saw.
 */
const ROWS_ALONE = ['20261127101050_line_items_read', '20261127220000_modality_undefined'];

/** The first migration that knows no viewers. */
const WITHOUT_VIEWERS = '20261126060000_vault_without_viewers';

/** Whether the version that wrote an export had not this migration yet. */
function isOlderThan({ migrations }: ExportHeader, migration: string): boolean {
  return migrations.every((name) => name < migration);
}

/** Prices that held for every team, as an earlier version wrote them: those of each, as the migration makes them. */
export async function pricesOfTeams(pool: Pool, rows: readonly string[]): Promise<string[]> {
  await pool.query(
    `INSERT INTO teams (id, name) SELECT gen_random_uuid()::text, 'default' WHERE NOT EXISTS (SELECT FROM teams)`,
  );
  const { rows: own } = await pool.query<{ row: string }>(
    `SELECT (price::jsonb || jsonb_build_object('team_id', t.id))::text AS row FROM unnest($1::text[]) AS price CROSS JOIN teams t`,
    [rows],
  );
  return own.map(({ row }) => row);
}

/** Does to the rows of an export what later migrations did to those that were there. */
export async function bringUpToDate(pool: Pool, header: ExportHeader): Promise<void> {
  if (isOlderThan(header, WITHOUT_VIEWERS)) {
    await pool.query(
      `WITH viewers AS (DELETE FROM vault_slots WHERE sealed_key IS NULL RETURNING *)
       INSERT INTO vault_viewer_slots (id, team_id, user_id, token_id, slot)
       SELECT id, team_id, user_id, token_id, to_jsonb(viewers) FROM viewers ON CONFLICT DO NOTHING`,
    );
    await pool.query(`DELETE FROM vault_sessions WHERE user_id IN (SELECT user_id FROM vault_viewer_slots)`);
  }
  for (const { name, sql } of await readMigrations())
    if (ROWS_ALONE.includes(name) && isOlderThan(header, name)) await pool.query(sql);
}
