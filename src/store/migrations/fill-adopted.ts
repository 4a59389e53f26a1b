import type { Pool } from 'pg';
import { columnsOf } from '../rows.js';
import type { Step } from './schema-steps.js';

/**
 * Gives adopted rows what ours cannot be without: a bill its currency and line item, a key that was encrypted by another
 * program its place among the inactive ones.
 * @returns the statements that take it back
 */
export async function fillAdopted(pool: Pool, steps: readonly Step[]): Promise<string[]> {
  const columns = new Set(await columnsOf(pool, 'cost_data'));
  const undo: string[] = [];
  if (columns.has('api_version') && columns.has('currency') && columns.has('line_item')) {
    for (const [column, value] of [
      ['currency', 'USD'],
      ['line_item', 'unspecified'],
    ] as const) {
      const ids = await change(
        pool,
        `UPDATE cost_data SET "${column}" = '${value}' WHERE api_version::text = 'costs_v1' AND "${column}" IS NULL RETURNING id::text`,
      );
      undo.push(...back(ids, `UPDATE cost_data SET "${column}" = NULL`));
    }
  }
  if (steps.some(({ text }) => text === 'add the column organization_api_keys.source')) {
    const ids = await change(
      pool,
      `UPDATE organization_api_keys SET is_active = false WHERE is_active RETURNING id::text`,
    );
    undo.push(...back(ids, 'UPDATE organization_api_keys SET is_active = true'));
  }
  return undo;
}

async function change(pool: Pool, sql: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(sql);
  return rows.map(({ id }) => id);
}

function back(ids: readonly string[], sql: string): string[] {
  if (ids.length === 0) return [];
  return [`${sql} WHERE id::text IN (${ids.map((id) => `'${id.replaceAll(`'`, `''`)}'`).join(', ')})`];
}
