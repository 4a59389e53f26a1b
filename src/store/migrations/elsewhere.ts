import type { Pool } from 'pg';
import type { Fact } from './catalog.js';
import { SEED_TABLES } from './names-taken.js';
import { referenceOf } from './row-checks.js';

/**
 * Tables that are ours by their names in another schema than cost_data: those that a key of ours leads to, and those that are
 * found on the search path alone. An empty one that is made beside cost_data would take their place.
 * @param expected of the last migration
 */
export async function tablesElsewhere(pool: Pool, expected: readonly Fact[]): Promise<string[]> {
  // Another key of theirs may lead to a table of that name which is no table of ours: users.id to the auth.users of a platform.
  const keys = expected.filter(({ definition }) => definition.startsWith('FOREIGN KEY'));
  const { rows } = await pool.query<{ problem: string }>(ELSEWHERE, [
    keys.map(({ table }) => table),
    keys.map(({ definition }) => referenceOf(definition).columns[0]),
    SEED_TABLES,
  ]);
  return rows.map(({ problem }) => problem);
}

const ELSEWHERE = `
WITH here AS (
  SELECT quote_ident(current_schema())::regnamespace::oid AS schema
), named AS (
  SELECT k.confrelid AS oid FROM unnest($1::text[], $2::text[]) AS t (table_name, column_name)
  JOIN pg_class c ON c.relname = t.table_name AND c.relnamespace = (SELECT schema FROM here)
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = t.column_name
  JOIN pg_constraint k ON k.contype = 'f' AND k.conrelid = c.oid AND k.conkey = ARRAY[a.attnum]
  UNION SELECT to_regclass(name) FROM unnest($3::text[]) AS name
)
SELECT format('the table %s is in the schema %s, and cost_data in %s: move one beside the other, and tell the schema of your application (ALTER TABLE %I.%I SET SCHEMA %I)',
    c.relname, n.nspname, current_schema(), n.nspname, c.relname, current_schema()) AS problem
  FROM named JOIN pg_class c ON c.oid = named.oid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = ANY ($3) AND n.oid <> (SELECT schema FROM here) ORDER BY 1`;
