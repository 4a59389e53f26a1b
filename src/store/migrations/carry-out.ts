import { CostsError } from '../../errors.js';
import type { Connection } from '../pool.js';
import { quote } from '../rows.js';
import type { AdoptionPlan } from './adoption-plan.js';
import { fingerprint } from './fingerprint.js';
import { requireNoInterference } from './interference.js';
import { keysAsFound } from './keys-as-found.js';
import { withoutIdle } from './misfits.js';
import { dropColumn, isOneOf, type Step } from './step.js';

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
