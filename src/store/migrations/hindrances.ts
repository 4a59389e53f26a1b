import type { Pool } from 'pg';
import type { Fact } from './catalog.js';
import { partsOf } from './column-types.js';
import { lastName, lastPart } from './step.js';

/** Why something cannot be done, and a sentence that leads out of it. */
export interface Hindrance {
  cause: string;
  way: string;
}

/**
 * What of theirs keeps our tables from being what they are to be, though every object of ours is there or can be made.
 * @param expected of the last migration: what is left for `costs db migrate` meets it, too
 * @param isChanged whether anything is to be made at all
 */
export async function findHindrances(
  pool: Pool,
  expected: readonly Fact[],
  live: readonly Fact[],
  isChanged: boolean,
): Promise<Hindrance[]> {
  const columns = expected.filter(({ object }) => object.startsWith('column '));
  const required = new Set(live.filter(({ definition }) => partsOf(definition).required).map(({ object }) => object));
  const freed = columns.filter(({ object, definition }) => !partsOf(definition).required && required.has(object));
  const { rows } = await pool.query<Hindrance>(HINDRANCES, [
    columns.map(({ table }) => table),
    columns.map(({ object }) => lastName(object)),
    freed.map(({ object }) => lastPart(object)),
    isChanged,
  ]);
  return rows;
}

/** An index that replication goes by, a collation that is not exact, and columns of other tables that hold rows of ours. */
const HINDRANCES = `
WITH ours AS (
  SELECT a.attrelid, a.attnum, a.attname, a.attcollation, format_type(a.atttypid, a.atttypmod) AS type, t.table_name || '.' || a.attname AS name
  FROM unnest($1::text[], $2::text[]) AS t (table_name, column_name)
  JOIN pg_attribute a ON a.attrelid = to_regclass(quote_ident(t.table_name)) AND a.attname = t.column_name AND NOT a.attisdropped
)
SELECT format('%s is part of %s, by which replication tells rows, and must be able to be null', name, indexrelid::regclass) AS cause,
    format('To let it go by the primary key: ALTER TABLE %s REPLICA IDENTITY DEFAULT', attrelid::regclass) AS way
  FROM ours JOIN pg_index i ON i.indrelid = attrelid AND i.indisreplident AND attnum = ANY (i.indkey) WHERE name = ANY ($3)
UNION ALL
SELECT format('%s has the collation %s, by which texts that differ are equal', name, c.oid::regcollation),
    format('This gives it one by which they are not: ALTER TABLE %s ALTER COLUMN %I TYPE %s COLLATE "default"', attrelid::regclass, attname, type)
  FROM ours JOIN pg_collation c ON c.oid = attcollation AND NOT c.collisdeterministic
UNION ALL
SELECT DISTINCT format('the column %I of %s keeps whole rows of %s, which cannot be changed meanwhile', u.attname, u.attrelid::regclass, t.oid::regtype),
    'Let it keep something else, such as jsonb'
  FROM pg_type t JOIN pg_attribute u ON u.atttypid IN (t.oid, t.typarray) AND NOT u.attisdropped JOIN pg_class r ON r.oid = u.attrelid AND r.relkind IN ('r', 'm', 'p')
  WHERE $4 AND t.typrelid IN (SELECT attrelid FROM ours)
ORDER BY 1`;
