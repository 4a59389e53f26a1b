import { CostsError } from '../../errors.js';
import type { Connection } from '../pool.js';
import { columnsOf, quote } from '../rows.js';
import type { AdoptionPlan } from './adoption-plan.js';
import { fingerprint } from './fingerprint.js';
import { requireNoInterference } from './interference.js';
import { withoutIdle } from './misfits.js';
import { dropColumn, isOneOf, literal, type Step } from './step.js';

/**
 * Takes the steps of a plan, under the locks that keep everybody else from the rows meanwhile.
 * @returns the statements that lead back, in their order
 * @throws CostsError where a row says something else afterwards, or was not completed: the transaction is to be given up
 */
export async function carryOut(
  pool: Connection,
  { steps, conversions }: Pick<AdoptionPlan, 'steps' | 'conversions'>,
): Promise<string[]> {
  const before = await fingerprint(pool);
  const undo = await keysAsFound(pool);
  for (const step of steps) undo.unshift(...(await take(pool, step, undo)));
  const left = await withoutIdle(
    pool,
    steps.filter(({ fills }) => fills !== undefined),
  );
  const isSame = (await fingerprint(pool, conversions)) === before;
  for (const { fills } of left) await requireNoInterference(pool, fills?.table ?? 'cost_data');
  if (!isSame) await requireNoInterference(pool, 'cost_data');
  if (isSame) return undo;
  throw new CostsError('failed', 'A row would say something else afterwards. Nothing was changed.', {
    hint: 'This is a fault in costs worth reporting, with what costs db adopt --dry-run prints.',
  });
}

/** @returns the statements that take it back, where `after`, which comes after them, does not */
async function take(pool: Connection, { sql, undo, fills }: Step, after: readonly string[]): Promise<string[]> {
  // With a column that was added goes what it was filled with.
  if (fills === undefined || after.includes(dropColumn(fills.table, fills.column))) {
    await pool.query(sql);
    return undo === null ? [] : [undo];
  }
  const { table, column, before } = fills;
  const { rows } = await pool.query<{ id: string }>(`${sql} RETURNING id::text`);
  if (rows.length === 0) return [];
  return [`UPDATE ${quote(table)} SET ${quote(column)} = ${before} WHERE ${isOneOf(rows.map(({ id }) => id))}`];
}

/** What costs writes of a key that is entered again: another program has its own there. */
const ENTERED = ['encrypted_key', 'is_active', 'updated_at'];

/** The statement that gives keys back to the program that encrypted them, once the columns are again those it made. */
async function keysAsFound(pool: Connection): Promise<string[]> {
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
