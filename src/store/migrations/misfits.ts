import type { Pool } from 'pg';
import { columnsOf, quote } from '../rows.js';
import type { ConvertedColumn } from './convert-columns.js';
import type { Step } from './step.js';
import type { RowCheck } from './row-checks.js';
import { readBillKey } from './bill-key.js';
import { describeDuplicates, unmergeable } from './duplicates.js';
import type { DuplicateChoice } from './merge-duplicates.js';
import { plural } from '../../domain/words.js';

/** Rows that a later state has no place for. */
export interface Misfit {
  /** In words, with the first ten: `3 rows of cost_data have no currency: 7, 8, 9`. */
  text: string;
  /** SQL that lists all of them. */
  query: string;
}

const BUCKET = ['bucket_start_time', 'bucket_end_time'];

interface Looking {
  duplicates: DuplicateChoice | undefined;
  /** The columns of bills that may be empty, because they are filled first. */
  filled?: readonly string[];
  /** The columns that are still to become another type. */
  converted?: readonly ConvertedColumn[];
}

/** Looks at the rows before anything is changed. What the columns do not tell yet, nothing is wrong with. */
export async function findMisfits(pool: Pool, { duplicates, filled = [], converted = [] }: Looking): Promise<Misfit[]> {
  const columns = new Set(await columnsOf(pool, 'cost_data'));
  if (!columns.has('api_version')) return [];
  const bills = (missing: string) => `SELECT id FROM cost_data WHERE "api_version"::text = 'costs_v1' AND (${missing})`;
  const isEmpty = (name: string) => (columns.has(name) ? `"${name}" IS NULL` : 'true');
  const found = [await look(pool, 'no begin or no end of their bucket', bills(BUCKET.map(isEmpty).join(' OR ')))];
  for (const name of ['currency', 'line_item'].filter((each) => !filled.includes(each)))
    found.push(await look(pool, `no ${name}`, bills(isEmpty(name))));
  const key = await readBillKey(pool);
  const totals = key && (await describeDuplicates(pool, key, converted));
  if (key === null || totals === null) return found.filter((misfit) => misfit !== null);
  if (duplicates === undefined || duplicates.policy === 'stop') {
    const shared = await look(pool, 'the same project, bucket and line item as another', key.shared);
    found.push(shared && { ...shared, text: `${shared.text}. Choose --duplicates add, keep-last or stop: ${totals}` });
  }
  found.push(...(await findFailing(pool, await unmergeable(pool, key))));
  return found.filter((misfit) => misfit !== null);
}

/** Rows on which steps would fail. */
export async function findFailing(pool: Pool, checks: readonly RowCheck[]): Promise<Misfit[]> {
  const found = [];
  for (const { text, query, table } of checks) found.push(await look(pool, text, query, table));
  return found.filter((misfit) => misfit !== null);
}

/** Values that would not survive the conversion of their column. */
export function uncertainValues(conversions: readonly ConvertedColumn[]): RowCheck[] {
  return conversions.flatMap(({ table, name, conversion }) =>
    conversion.refused.map(({ text, is }) => ({
      table,
      text: `a value in ${name} that ${text}`,
      query: `SELECT * FROM ${quote(table)} WHERE ${is(quote(name))}`,
    })),
  );
}

async function look(pool: Pool, what: string, query: string, table = 'cost_data'): Promise<Misfit | null> {
  // What has no id is told whole.
  const id = `coalesce(to_jsonb(found) ->> 'id', to_jsonb(found)::text)`;
  const { rows } = await pool.query<{ count: string; ids: string[] | null }>(
    `WITH found AS (${query}) SELECT (SELECT count(*) FROM found) AS count, (SELECT array_agg(id) FROM (SELECT ${id} AS id FROM found ORDER BY 1 LIMIT 10) AS f) AS ids`,
  );
  const count = Number(rows[0]?.count);
  if (count === 0) return null;
  const ids = rows[0]?.ids ?? [];
  const text = `${plural(count, 'row')} of ${table} ${count === 1 ? 'has' : 'have'} ${what}: ${ids.join(', ')}${count > ids.length ? ', …' : ''}`;
  return { text, query };
}

/** The steps without those that would fill nothing. */
export async function withoutIdle(pool: Pool, steps: readonly Step[]): Promise<Step[]> {
  const needed: Step[] = [];
  for (const step of steps)
    if (step.fills === undefined || (await pool.query(step.fills.needed)).rowCount === 1) needed.push(step);
  return needed;
}
