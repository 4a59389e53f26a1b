import type { Pool } from 'pg';
import type { ConvertedColumn } from './convert-columns.js';

/**
 * What PostgreSQL refuses to change the type of a column under, in words: views, policies, triggers and functions that read
 * it, columns computed from it, and foreign keys of other schemas.
 */
export async function findDependents(pool: Pool, columns: readonly ConvertedColumn[]): Promise<string[]> {
  if (columns.length === 0) return [];
  const { rows } = await pool.query<{ column: string; object: string }>(DEPENDENTS, [
    columns.map(({ table }) => table),
    columns.map(({ name }) => name),
    columns.map(({ have }) => have === 'uuid'),
  ]);
  return rows.map(
    ({ column, object }) =>
      `${column} cannot become another type while this reads it: ${object}. Drop it, run this again, and make it anew`,
  );
}

const DEPENDENTS = `
SELECT DISTINCT w.table_name || '.' || w.column_name AS "column",
  CASE WHEN d.classid = 'pg_rewrite'::regclass THEN pg_describe_object('pg_class'::regclass, (SELECT ev_class FROM pg_rewrite WHERE oid = d.objid), 0)
       ELSE pg_describe_object(d.classid, d.objid, 0) END AS object
FROM unnest($1::text[], $2::text[], $3::boolean[]) AS w (table_name, column_name, by_key)
JOIN pg_attribute a ON a.attrelid = to_regclass(quote_ident(w.table_name)) AND a.attname = w.column_name
JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
WHERE d.classid IN ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_proc'::regclass)
   OR (d.classid = 'pg_trigger'::regclass AND NOT (SELECT tgisinternal FROM pg_trigger WHERE oid = d.objid))
   OR (d.classid = 'pg_attrdef'::regclass AND EXISTS (SELECT FROM pg_attrdef e WHERE e.oid = d.objid AND (e.adrelid, e.adnum) <> (a.attrelid, a.attnum)))
   OR (d.classid = 'pg_constraint'::regclass AND w.by_key AND EXISTS (
        SELECT FROM pg_constraint c WHERE c.oid = d.objid AND c.contype = 'f' AND c.connamespace <> current_schema()::regnamespace))
ORDER BY 1, 2`;
