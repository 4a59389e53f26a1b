import type { Pool } from 'pg';
import { isZoned } from './column-types.js';
import type { ConvertedColumn } from './convert-columns.js';
import { isText } from './enum-types.js';

/**
 * What PostgreSQL refuses to change the type of a column under, in words: views, policies, triggers, functions and
 * publications that read it, columns computed from it, foreign keys of other schemas, and checks and parts of indexes that
 * compare it with what it compares with no more.
 */
export async function findDependents(pool: Pool, columns: readonly ConvertedColumn[]): Promise<string[]> {
  if (columns.length === 0) return [];
  const { rows } = await pool.query<{ column: string; object: string }>(DEPENDENTS, [
    columns.map(({ table }) => table),
    columns.map(({ name }) => name),
    columns.map(({ have, want }) => want === 'text' && !isText(have)),
    columns.map(({ have, want }) => isZoned(have) || (want === 'text') !== isText(have)),
  ]);
  const { rows: numbered } = await pool.query<{ table: string; column: string }>(IDENTITIES, [
    columns.map(({ table }) => table),
    columns.map(({ name }) => name),
  ]);
  const identities = numbered.map(
    ({ table, column }) =>
      `${table}.${column} numbers itself as an identity column, which no text can: drop that (ALTER TABLE ${table} ALTER COLUMN ${column} DROP IDENTITY), give it the same numbers from a sequence of its own as its default, and run this again`,
  );
  const dependents = rows.map(
    ({ column, object }) =>
      `${column} cannot become another type while this reads it: ${object}. Drop it, run this again, and create it again`,
  );
  return [...identities, ...dependents];
}

const IDENTITIES = `
SELECT quote_ident(w.table_name) AS "table", quote_ident(w.column_name) AS "column" FROM unnest($1::text[], $2::text[]) AS w (table_name, column_name)
JOIN pg_attribute a ON a.attrelid = to_regclass(quote_ident(w.table_name)) AND a.attname = w.column_name AND a.attidentity <> '' ORDER BY 1, 2`;

const DEPENDENTS = `
SELECT DISTINCT w.table_name || '.' || w.column_name AS "column",
  CASE WHEN d.classid = 'pg_rewrite'::regclass THEN pg_describe_object('pg_class'::regclass, (SELECT ev_class FROM pg_rewrite WHERE oid = d.objid), 0)
       ELSE pg_describe_object(d.classid, d.objid, 0) END AS object
FROM unnest($1::text[], $2::text[], $3::boolean[], $4::boolean[]) AS w (table_name, column_name, becomes_text, compares_no_more)
JOIN pg_attribute a ON a.attrelid = to_regclass(quote_ident(w.table_name)) AND a.attname = w.column_name
JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
WHERE d.classid IN ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_proc'::regclass, 'pg_publication_rel'::regclass)
   OR (d.classid = 'pg_trigger'::regclass AND NOT (SELECT tgisinternal FROM pg_trigger WHERE oid = d.objid))
   OR (d.classid = 'pg_attrdef'::regclass AND EXISTS (SELECT FROM pg_attrdef e WHERE e.oid = d.objid AND (e.adrelid, e.adnum) <> (a.attrelid, a.attnum)))
   OR (d.classid = 'pg_constraint'::regclass AND w.becomes_text AND EXISTS (
        SELECT FROM pg_constraint c WHERE c.oid = d.objid AND (c.contype = 'c' OR c.contype = 'f' AND c.connamespace <> quote_ident(current_schema())::regnamespace)))
   OR (d.classid = 'pg_class'::regclass AND w.compares_no_more AND EXISTS (
        SELECT FROM pg_index i WHERE i.indexrelid = d.objid
          AND concat_ws(' ', pg_get_expr(i.indpred, i.indrelid), pg_get_expr(i.indexprs, i.indrelid)) ~ ('\\m' || w.column_name || '\\M')))
ORDER BY 1, 2`;
