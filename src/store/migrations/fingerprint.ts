import type { Pool } from 'pg';
import { columnsOf, quote } from '../rows.js';
import type { ConvertedColumn } from './convert-columns.js';

/**
 * What a change of the schema must leave as it is: how many rows of cost_data there are and what they say, whatever the
 * order. A column that is not there yet counts as what it will be made with, and a currency as what it is in capitals.
 * @param converted columns that have another type now: they count as what they would be if they were led back, so that a
 *   value that did not survive the way there tells it
 */
export async function fingerprint(pool: Pool, converted: readonly ConvertedColumn[] = []): Promise<string> {
  return ask(pool, await fingerprintQuery(pool, converted));
}

/** The query of `fingerprint`: one row with one text. */
export async function fingerprintQuery(pool: Pool, converted: readonly ConvertedColumn[] = []): Promise<string> {
  const columns = new Set(await columnsOf(pool, 'cost_data'));
  const value = (name: string) => {
    const conversion = converted.find((each) => each.table === 'cost_data' && each.name === name)?.conversion;
    return conversion?.back(quote(name)) ?? quote(name);
  };
  const text = (name: string, missing = `''`) =>
    columns.has(name) ? `coalesce((${value(name)})::text, ${missing})` : missing;
  const bill = columns.has('api_version') ? `"api_version"::text = 'costs_v1'` : 'false';
  const filled = (name: string, standard: string) =>
    `CASE WHEN ${bill} THEN ${text(name, `'${standard}'`)} ELSE ${text(name)} END`;
  const parts = [
    ...['id', 'project_id', 'service', 'date', 'bucket_start_time', 'bucket_end_time'].map((name) => text(name)),
    ...['cost', 'quantity'].map((name) => (columns.has(name) ? `trim_scale((${value(name)})::text::numeric)` : 'NULL')),
    `upper(${filled('currency', 'USD')} COLLATE "C")`,
    filled('line_item', 'unspecified'),
    text('api_version', `'usage_v1'`),
  ];
  return digestQuery('cost_data', `jsonb_build_array(${parts.join(', ')})::text`);
}

/**
 * How many rows there are and what they say, whatever the order.
 * @param from what follows FROM
 * @param row a text of a row that says all of it
 */
export function digestRows(pool: Pool, from: string, row: string): Promise<string> {
  return ask(pool, digestQuery(from, row));
}

async function ask(pool: Pool, query: string): Promise<string> {
  const { rows } = await pool.query<{ print: string }>(query);
  return rows[0]?.print ?? '';
}

/** The query of `digestRows`: one row with one text, called print. */
export function digestQuery(from: string, row: string): string {
  const digest = (seed: number) => `coalesce(sum(hashtextextended(${row}, ${seed})::numeric), 0)`;
  return `SELECT concat_ws(' ', count(*), ${digest(1)}, ${digest(2)}) AS print FROM ${from}`;
}
