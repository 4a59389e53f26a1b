import { ColumnTypeEnum, type SqlResultSet } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { CostsError } from '../errors.js';
import { ourTables } from './migrations/folder.js';
import { quote } from './rows.js';

/** What PostgreSQL keeps in these types and is neither an amount nor a time; by how it writes them. */
const NO_VALUES = ['NaN', 'Infinity', '-Infinity', 'infinity', '-infinity'];
/** … or a time that is none in JavaScript: of the year 10000 and later, or before our era. */
const NO_TIME = '^[0-9]{5,}-| BC';
const IS_NO_VALUE = new RegExp(`^-?(?:NaN|infinity)|${NO_TIME}`, 'i');
const TYPES = ['numeric', 'date', 'timestamp', 'timestamptz'];

const TYPED = new Set<number>([ColumnTypeEnum.Numeric, ColumnTypeEnum.Date, ColumnTypeEnum.DateTime]);
const UNREADABLE = 'The store holds a number or a time that is none.';

/** Rows of which one that somebody edited must not stop the removal of whoever did. */
const OF_ACCESS = /"(?:organization_api_keys|vault_slots|vault_tokens)"/;
/** No seal fits it, and what ends then has ended. */
const LONG_AGO = '0001-01-01T00:00:00+00:00';

/**
 * Looks at values as the driver hands them over: later they are dates of no time, which fail wherever one is shown.
 * @param sql what the result is of
 */
export function requireReadable(sql: string, result: SqlResultSet): SqlResultSet {
  for (const [index, type] of result.columnTypes.entries()) {
    if (!TYPED.has(type)) continue;
    for (const row of result.rows) {
      if (!IS_NO_VALUE.test(String(row[index]))) continue;
      if (!OF_ACCESS.test(sql)) throw new Error(UNREADABLE);
      row[index] = LONG_AGO;
    }
  }
  return result;
}

/** @returns whether a read failed for such a value, found by its type or, where it came as text, when it was parsed */
export function isUnreadable(error: unknown): boolean {
  const message = error instanceof Error ? error.message : '';
  return message.includes(UNREADABLE) || NO_VALUES.some((text) => message.startsWith(`"${text}" is not`));
}

interface Column {
  table: string;
  column: string;
  /** Of the primary key. */
  keys: string[];
}

/** The first row of ours with such a value, which somebody typed, in a sentence; null where there is none. */
export async function findUnreadable(pool: pg.Pool): Promise<CostsError | null> {
  const { rows: columns } = await pool.query<Column>(
    `SELECT c.relname::text AS "table", a.attname::text AS "column",
            ARRAY(SELECT k.attname::text FROM pg_index i JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = ANY (i.indkey)
                  WHERE i.indrelid = c.oid AND i.indisprimary ORDER BY k.attnum) AS keys
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 JOIN pg_type t ON t.oid = a.atttypid AND t.typname = ANY ($2)
     WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname = ANY ($1)
       AND has_column_privilege(c.oid, a.attnum, 'SELECT')
     ORDER BY 1, a.attnum`,
    [await ourTables(), TYPES],
  );
  for (const { table, column, keys } of columns) {
    const { rows } = await pool.query<{ value: string; condition: string }>(
      `SELECT ${quote(column)}::text AS value,
              concat_ws(' AND ', ${keys.map((key) => `format('%I = %L', ${pg.escapeLiteral(key)}, ${quote(key)})`).join(', ')}) AS condition
       FROM ${quote(table)} WHERE ${quote(column)}::text = ANY ($1) OR ${quote(column)}::text ~ $2 LIMIT 1`,
      [NO_VALUES, NO_TIME],
    );
    const [row] = rows;
    if (row !== undefined)
      return new CostsError(
        'failed',
        `${table}.${column} of the row ${row.condition} is ${row.value}, which costs never writes: nothing can be told from it.`,
        { hint: `Correct it by hand. The row: SELECT * FROM ${quote(table)} WHERE ${row.condition}` },
      );
  }
  return null;
}
