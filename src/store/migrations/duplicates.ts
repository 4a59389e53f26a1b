import type { Pool } from 'pg';
import { CostsError } from '../../errors.js';
import { columnsOf, numberedColumns } from '../rows.js';
import { writeExport } from './export-file.js';
import { hasBillKey, KEY_SQL } from './bill-key.js';
import { formatMonth } from '../../domain/words.js';

/** What is to become of bills that share project, bucket and line item, and the file that takes them as they were. */
export interface DuplicateChoice {
  policy: 'add' | 'keep-last' | 'stop';
  path: string;
}

/** What a month comes to, in one currency, as it is and by either choice. */
interface MonthTotal {
  month: string;
  currency: string;
  stored: string;
  add: string;
  keepLast: string;
}

/** When a row was written, where another program kept that; the later the row, the later it was collected. */
const STAMPS = ['updated_at', 'updatedAt', 'created_at', 'createdAt'];

/**
 * Bills with their place among those of the same key: `newest` counts from the last one written (where no column tells, by
 * the place in the table), `copy` from the last of those that are equal but for their id. An exact copy is the same bill
 * collected again.
 */
async function rankedSql(pool: Pool): Promise<string> {
  const stamps = (await columnsOf(pool, 'cost_data')).filter((name) => STAMPS.includes(name));
  const last = [
    ...STAMPS.filter((name) => stamps.includes(name)).map((name) => `t."${name}" DESC NULLS LAST`),
    't.ctid DESC',
  ].join(', ');
  const same = `to_jsonb(t) - ARRAY[${['id', ...stamps].map((name) => `'${name}'`).join(', ')}]`;
  return `SELECT t.*, count(*) OVER (PARTITION BY ${KEY_SQL}) AS same_key, row_number() OVER (PARTITION BY ${KEY_SQL} ORDER BY ${last}) AS newest,
      row_number() OVER (PARTITION BY ${same} ORDER BY ${last}) AS copy, dense_rank() OVER (ORDER BY ${KEY_SQL}) AS key_number
    FROM cost_data t WHERE "api_version"::text = 'costs_v1' AND "bucket_start_time" IS NOT NULL AND "bucket_end_time" IS NOT NULL`;
}

/** The totals of each month that has duplicates, in words; null where there is none. */
export async function describeDuplicates(pool: Pool): Promise<string | null> {
  if (!(await hasBillKey(pool))) return null;
  const currency = (await columnsOf(pool, 'cost_data')).includes('currency') ? `coalesce("currency", 'USD')` : `'USD'`;
  const sum = (condition: string) => `trim_scale(coalesce(sum(cost::numeric) FILTER (WHERE ${condition}), 0))::text`;
  const { rows } = await pool.query<MonthTotal>(
    `SELECT to_char("bucket_start_time", 'YYYY-MM') AS month, ${currency} AS currency, ${sum('true')} AS stored,
       ${sum('copy = 1')} AS add, ${sum('newest = 1')} AS "keepLast"
     FROM (${await rankedSql(pool)}) AS ranked GROUP BY 1, 2 HAVING max(same_key) > 1 ORDER BY 1, 2 LIMIT 36`,
  );
  if (rows.length === 0) return null;
  return rows
    .map(
      ({ month, currency: code, stored, add, keepLast }) =>
        `${formatMonth(month)} ${code} ${stored} as it is, ${add} with add, ${keepLast} with keep-last`,
    )
    .join('; ');
}

/**
 * Makes one bill of those that share a key: `add` adds up what is no exact copy, `keep-last` keeps the one written last.
 * Runs in the transaction that needs the key, after its lock; the rows as they were go to the file first.
 * @returns the statements that bring them back, and how many there were
 * @throws CostsError `conflict` where bills of two currencies share a key
 */
export async function mergeDuplicates(
  pool: Pool,
  { policy, path }: DuplicateChoice,
): Promise<{ undo: string[]; rows: number }> {
  if (policy === 'stop' || !(await hasBillKey(pool))) return { undo: [], rows: 0 };
  const columns = await columnsOf(pool, 'cost_data');
  await pool.query(
    `CREATE TEMPORARY TABLE costs_duplicates ON COMMIT DROP AS SELECT * FROM (${await rankedSql(pool)}) AS ranked WHERE same_key > 1`,
  );
  const { rows: found } = await pool.query<{ originals: string[] | null; mixed: string[] | null }>(
    `SELECT (SELECT array_agg(to_jsonb(c)::text) FROM cost_data c WHERE c.id IN (SELECT id FROM costs_duplicates)) AS originals,
       ${columns.includes('currency') ? `(SELECT array_agg(first) FROM (SELECT min(id::text) AS first FROM costs_duplicates GROUP BY key_number HAVING count(DISTINCT coalesce(currency, 'USD')) > 1 LIMIT 10) AS m)` : 'NULL::text[]'} AS mixed`,
  );
  const { originals = null, mixed = null } = found[0] ?? {};
  if (originals === null) return { undo: [], rows: 0 };
  if (mixed !== null)
    throw new CostsError(
      'conflict',
      `Bills in different currencies share project, bucket and line item: ${mixed.join(', ')}. Nothing was changed.`,
      {
        hint: 'Give each its currency in the line item, such as "gpt-4o [EUR]".',
      },
    );
  await writeExport(
    pool,
    path,
    [],
    [
      {
        table: 'cost_data',
        where: 'id IN (SELECT id FROM costs_duplicates)',
        rows: originals.length,
        dropped: null,
        columns,
      },
    ],
  );
  if (policy === 'add') {
    const quantity = columns.includes('quantity')
      ? ', quantity = CASE WHEN known THEN added.quantity ELSE NULL END'
      : '';
    const sums = columns.includes('quantity')
      ? ', sum(quantity) FILTER (WHERE copy = 1) AS quantity, bool_and(quantity IS NOT NULL) AS known'
      : '';
    await pool.query(
      `UPDATE cost_data c SET cost = added.cost${quantity} FROM (SELECT max(id::text) FILTER (WHERE newest = 1) AS id, sum(cost) FILTER (WHERE copy = 1) AS cost${sums}
         FROM costs_duplicates GROUP BY key_number) AS added WHERE c.id::text = added.id`,
    );
  }
  await pool.query('DELETE FROM cost_data WHERE id IN (SELECT id FROM costs_duplicates WHERE newest > 1)');
  await pool.query('DROP TABLE costs_duplicates');
  return { undo: bringBack(originals, columns, await numberedColumns(pool, 'cost_data')), rows: originals.length };
}

/** What is there already takes its old values; a bill that was swept since stays away with its doubles. */
function bringBack(originals: readonly string[], columns: readonly string[], numbered: ReadonlySet<string>): string[] {
  // A row that stayed has kept its number, and PostgreSQL lets no statement set it.
  const set = columns
    .filter((name) => name !== 'id' && !numbered.has(name))
    .map((name) => `"${name}" = EXCLUDED."${name}"`);
  const list = columns.map((name) => `"${name}"`).join(', ');
  const rows = `jsonb_populate_recordset(NULL::cost_data, '[${originals.join(',').replaceAll(`'`, `''`)}]'::jsonb)`;
  return [
    `INSERT INTO cost_data (${list}) OVERRIDING SYSTEM VALUE SELECT ${list} FROM ${rows} ON CONFLICT (id) DO UPDATE SET ${set.join(', ')}`,
  ];
}
