import type { Pool } from 'pg';
import { columnsOf } from '../rows.js';

/**
 * What a change of the schema must leave as it is: how many rows of cost_data there are and what they say, whatever the
 * order. A column that is not there yet counts as what it will be made with.
 */
export async function fingerprint(pool: Pool): Promise<string> {
  const columns = new Set(await columnsOf(pool, 'cost_data'));
  const text = (name: string, missing = `''`) =>
    columns.has(name) ? `coalesce("${name}"::text, ${missing})` : missing;
  const bill = columns.has('api_version') ? `"api_version"::text = 'costs_v1'` : 'false';
  const filled = (name: string, value: string) =>
    `CASE WHEN ${bill} THEN ${text(name, `'${value}'`)} ELSE ${text(name)} END`;
  const parts = [
    ...['id', 'project_id', 'service'].map((name) => text(name)),
    // As the types they will have, so that a conversion that keeps the value keeps the print.
    text('cost::text::numeric(65,30)', `'0'`),
    ...['date', 'bucket_start_time', 'bucket_end_time'].map((name) => text(`${name}::text::timestamp`)),
    filled('currency', 'USD'),
    filled('line_item', 'unspecified'),
    columns.has('api_version') ? `"api_version"::text` : `'usage_v1'`,
  ];
  const row = `jsonb_build_array(${parts.join(', ')})::text`;
  const digest = (seed: number) => `coalesce(sum(hashtextextended(${row}, ${seed})::numeric), 0)`;
  const { rows } = await pool.query<{ print: string }>(
    `SELECT concat_ws(' ', count(*), ${digest(1)}, ${digest(2)}) AS print FROM cost_data`,
  );
  return rows[0]?.print ?? '';
}
