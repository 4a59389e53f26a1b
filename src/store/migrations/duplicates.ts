import type { Pool } from 'pg';
import { columnsOf, quote } from '../rows.js';
import { formatMonth } from '../../domain/words.js';
import { readEarlierOrder } from './adoption-record.js';
import { readBillKey, VERSION, type BillKey } from './bill-key.js';
import type { ConvertedColumn } from './convert-columns.js';
import { literal } from './step.js';
import type { RowCheck } from './row-checks.js';

/** What a month comes to, in one currency, as it is and by either choice. */
interface MonthTotal {
  month: string;
  currency: string;
  version: string;
  stored: string;
  add: string;
  keepLast: string;
}

/** What tells two writings of a bill apart, and not what it says. */
interface Writing {
  name: string;
  /** Whether it says when; the later the row, the later it was collected. */
  isTime: boolean;
  /** Whether it counts the rows as they are written. */
  isNumber: boolean;
}

/**
 * The id, what the database fills by itself, and times under names such as `created_at` or `syncedAt`, where another program
 * kept them; the one that changes with the row is the first.
 */
async function columnsOfWriting(pool: Pool): Promise<Writing[]> {
  const { rows } = await pool.query<Writing>(
    `SELECT * FROM (
       SELECT a.attname AS name, a.atttypid IN ('timestamp'::regtype, 'timestamptz'::regtype) AND a.attname ~ '(_at|At)$' AS "isTime",
         a.attname <> 'id' AND (a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) ~* '^nextval') AS "isNumber",
         a.attname = 'id' OR a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) ~* 'nextval|uuid|random|timestamp\\(|\\mnow\\M|\\mcurrent_' AS "isFilled"
       FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE a.attrelid = to_regclass('cost_data') AND a.attnum > 0 AND NOT a.attisdropped) AS c
     WHERE "isTime" OR "isFilled" ORDER BY name ~* '^updated' DESC, name`,
  );
  return rows;
}

/** SQL of a row's currency as it will be. */
async function currencySql(pool: Pool): Promise<string> {
  return (await columnsOf(pool, 'cost_data')).includes('currency')
    ? `upper(coalesce("currency"::text, 'USD') COLLATE "C")`
    : `'USD'`;
}

/**
 * Rows that have a key with their place among those of the same: `newest` counts from the last one written (where no column
 * tells, as `written` says, then by the place in the table), `copy` from the last of those that say the same. An exact copy is
 * the same bill collected again.
 * @param written ids in the order of writing; a bill that is not among them came later
 */
export async function rankedSql(
  pool: Pool,
  { columns, isKeyed, lineItem }: BillKey,
  written: readonly string[],
): Promise<string> {
  const writing = await columnsOfWriting(pool);
  const last = [
    ...[...writing.filter(({ isTime }) => isTime), ...writing.filter(({ isNumber }) => isNumber)].map(
      ({ name }) => `t.${quote(name)} DESC NULLS LAST`,
    ),
    'written.place DESC NULLS FIRST',
    't.ctid DESC',
  ];
  const said = `to_jsonb(t) - ARRAY[${writing.map(({ name }) => literal(name)).join(', ')}] || jsonb_build_object('currency', ${await currencySql(pool)}, 'line_item', ${lineItem}, 'api_version', ${VERSION})`;
  return `SELECT t.*, count(*) OVER (PARTITION BY ${columns}) AS same_key, row_number() OVER (PARTITION BY ${columns} ORDER BY ${last.join(', ')}) AS newest,
      row_number() OVER (PARTITION BY ${said} ORDER BY ${last.join(', ')}) AS copy, dense_rank() OVER (ORDER BY ${columns}) AS key_number
    FROM cost_data t LEFT JOIN unnest(ARRAY[${written.map(literal).join(', ')}]::text[]) WITH ORDINALITY AS written (of, place) ON written.of = t.id::text
    WHERE ${isKeyed}`;
}

/**
 * The ids of the bills that share a key, each after those written before it. Read before any row is changed: PostgreSQL moves
 * what it updates, and where no column tells, the place in the table is all there is.
 */
export async function readWrittenOrder(pool: Pool): Promise<string[]> {
  const key = await readBillKey(pool);
  if (key === null) return [];
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id::text FROM (${await rankedSql(pool, key, await readEarlierOrder(pool))}) AS ranked WHERE same_key > 1 ORDER BY newest DESC`,
  );
  return rows.map(({ id }) => id);
}

/**
 * The totals of each month that has duplicates, in words; null where there is none.
 * @param converted columns that are still to become another type
 */
export async function describeDuplicates(
  pool: Pool,
  key: BillKey,
  converted: readonly ConvertedColumn[],
): Promise<string | null> {
  const begin = converted.find(({ table, name }) => table === 'cost_data' && name === 'bucket_start_time')?.conversion;
  const month = `to_char(${begin?.to('"bucket_start_time"') ?? '"bucket_start_time"'}, 'YYYY-MM')`;
  if ((await pool.query(`${key.shared} LIMIT 1`)).rowCount === 0) return null;
  // A float's shortest text is what it becomes.
  const sum = (condition: string) =>
    `trim_scale(coalesce(sum(cost::text::numeric) FILTER (WHERE ${condition}), 0))::text`;
  const { rows } = await pool.query<MonthTotal>(
    `SELECT ${month} AS month, ${await currencySql(pool)} AS currency, ${VERSION} AS version, ${sum('true')} AS stored,
       ${sum('copy = 1')} AS add, ${sum('newest = 1')} AS "keepLast"
     FROM (${await rankedSql(pool, key, await readEarlierOrder(pool))}) AS ranked GROUP BY 1, 2, 3 HAVING max(same_key) > 1 ORDER BY 1, 2, 3`,
  );
  return rows
    .map(
      ({ month: name, currency, version, stored, add, keepLast }) =>
        `${formatMonth(name)} ${currency}${version === 'costs_v1' ? '' : ` of ${version}`} ${stored} as it is, ${add} with add, ${keepLast} with keep-last`,
    )
    .join('; ');
}

/** What no choice can make one bill of: bills of two currencies, and bills that rows of others refer to. */
export async function unmergeable(pool: Pool, { columns, isKeyed, shared }: BillKey): Promise<RowCheck[]> {
  const currency = await currencySql(pool);
  const mixed = `SELECT id FROM (SELECT id, min(${currency}) OVER key <> max(${currency}) OVER key AS mixed FROM cost_data WHERE ${isKeyed} WINDOW key AS (PARTITION BY ${columns})) AS r WHERE mixed`;
  const { rows: references } = await pool.query<{ table: string; same: string }>(
    `SELECT k.conrelid::regclass::text AS "table", (SELECT string_agg(format('t.%I = c.%I', a.attname, f.attname), ' AND ') FROM unnest(k.conkey, k.confkey) AS u (mine, yours)
       JOIN pg_attribute a ON (a.attrelid, a.attnum) = (k.conrelid, u.mine) JOIN pg_attribute f ON (f.attrelid, f.attnum) = (k.confrelid, u.yours)) AS same
     FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid = to_regclass('cost_data') ORDER BY 1`,
  );
  return [
    {
      table: 'cost_data',
      text: 'another currency than one with the same project, bucket and line item (put it into the line item, such as "gpt-4o [EUR]")',
      query: mixed,
    },
    ...references.map(({ table, same }) => ({
      table,
      text: 'a bill that shares its key and may not stay (let it refer to none while they become one)',
      query: `SELECT t.* FROM ${table} AS t JOIN cost_data AS c ON ${same} WHERE c.id IN (${shared})`,
    })),
  ];
}
