import type { Connection } from '../pool.js';
import { columnsOf, quote } from '../rows.js';
import { literal } from './step.js';

/** What costs writes of a key that is entered again: another program has its own there. */
const ENTERED = ['encrypted_key', 'is_active', 'updated_at'];

/** The statement that gives keys back to the program that encrypted them, once the columns are again those it made. */
export async function keysAsFound(pool: Connection): Promise<string[]> {
  const table = 'organization_api_keys';
  const columns = await columnsOf(pool, table);
  const entered = ENTERED.filter((name) => columns.includes(name)).map(quote);
  if (entered.length === 0 || columns.includes('source')) return [];
  const { rows } = await pool.query<{ keys: string | null }>(
    `SELECT jsonb_agg(k)::text AS keys FROM (SELECT ${['id', ...entered].join(', ')} FROM ${table}) AS k`,
  );
  if (rows[0]?.keys == null) return [];
  const set = entered.map((name) => `${name} = found.${name}`).join(', ');
  return [
    `UPDATE ${table} k SET ${set} FROM jsonb_populate_recordset(NULL::${table}, ${literal(rows[0].keys)}) AS found WHERE k.id = found.id`,
  ];
}
