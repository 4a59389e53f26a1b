import type { Pool } from 'pg';
import { columnsOf, quote } from '../rows.js';
import type { Fact } from './catalog.js';
import { hasBillKey, KEY_SQL, LINE_ITEM } from './bill-key.js';
import { describeDuplicates } from './duplicates.js';
import { convert, partsOf } from './column-types.js';

/** Rows of cost_data that a later state has no place for. */
export interface Misfit {
  /** In words: `3 bills have no end of their bucket`. */
  text: string;
  rows: number;
  /** The first ten. */
  ids: string[];
  /** SQL that lists all of them. */
  query: string;
}

const BUCKET = ['bucket_start_time', 'bucket_end_time'] as const;

/** Looks at the rows before anything is changed. What the columns do not tell yet, nothing is wrong with. */
export async function findMisfits(pool: Pool, { duplicates = true } = {}): Promise<Misfit[]> {
  const columns = new Set(await columnsOf(pool, 'cost_data'));
  if (!columns.has('api_version')) return [];
  const bills = `"api_version"::text = 'costs_v1'`;
  const found: (Misfit | null)[] = [];
  const missing = BUCKET.map((name) => (columns.has(name) ? `"${name}" IS NULL` : 'true'));
  found.push(
    await look(
      pool,
      'no begin or no end of their bucket',
      `SELECT id FROM cost_data WHERE ${bills} AND (${missing.join(' OR ')})`,
    ),
  );
  if (duplicates && (await hasBillKey(pool))) {
    const misfit = await look(
      pool,
      'the same project, bucket and line item as another',
      `SELECT id FROM (SELECT id, count(*) OVER (PARTITION BY ${KEY_SQL}) AS same FROM cost_data
    WHERE "bucket_start_time" IS NOT NULL AND "bucket_end_time" IS NOT NULL AND (${LINE_ITEM}) IS NOT NULL) AS r WHERE same > 1`,
    );
    const totals = misfit && (await describeDuplicates(pool));
    found.push(
      misfit && totals !== null
        ? { ...misfit, text: `${misfit.text}. Choose --duplicates add, keep-last or stop: ${totals}` }
        : misfit,
    );
  }
  return found.filter((misfit) => misfit !== null);
}

/** Values that would not survive the conversion of their column. */
export async function findUnconvertible(
  pool: Pool,
  expected: readonly Fact[],
  live: readonly Fact[],
): Promise<Misfit[]> {
  const types = new Map(live.map(({ object, definition }) => [object, partsOf(definition).type]));
  const found: (Misfit | null)[] = [];
  for (const { object, definition, table } of expected.filter((fact) => fact.object.startsWith('column '))) {
    const have = types.get(object);
    const unless = have === undefined ? undefined : convert(have, partsOf(definition).type)?.unless;
    if (unless === undefined || have === partsOf(definition).type || table === null) continue;
    const column = object.slice(`column ${table}.`.length);
    const query = `SELECT id FROM ${quote(table)} WHERE ${unless.is(quote(column))}`;
    found.push(await look(pool, `a value in ${column} that ${unless.text}`, query, table));
  }
  return found.filter((misfit) => misfit !== null);
}

async function look(pool: Pool, what: string, query: string, table = 'cost_data'): Promise<Misfit | null> {
  const { rows } = await pool.query<{ count: string; ids: string[] | null }>(
    `WITH found AS (${query}) SELECT (SELECT count(*) FROM found) AS count, (SELECT array_agg(id::text) FROM (SELECT id FROM found ORDER BY id LIMIT 10) AS f) AS ids`,
  );
  const count = Number(rows[0]?.count);
  if (count === 0) return null;
  const ids = rows[0]?.ids ?? [];
  const text = `${count} ${count === 1 ? 'row' : 'rows'} of ${table} ${count === 1 ? 'has' : 'have'} ${what}: ${ids.join(', ')}${count > ids.length ? ', …' : ''}`;
  return { text, rows: count, ids, query };
}
