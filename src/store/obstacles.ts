import type { Pool } from 'pg';
import { readDefaultRights } from './default-rights.js';
import { SECRETS } from './grants.js';
import { ourTables } from './migrations/folder.js';

/** What keeps the role from rows of ours without being an error of any statement yet, and whom nothing keeps from secrets. */
export interface Obstacles {
  /** Policies of row security that bind the role, by table; an empty list where there is none and so no row is seen. */
  policies: Record<string, string[]>;
  /** Columns that the role may not read, by table, where it may read others. */
  columns: Record<string, string[]>;
  /** Roles to which default privileges gave rights on a table of the vault. */
  given: { name: string; role: string }[];
}

/** SQL for the policies that bind the current role on the tables of a schema, as an object by table. */
export const policiesSql = (schema: string) => `
  (SELECT coalesce(jsonb_object_agg(c.relname, (
     SELECT coalesce(jsonb_agg(p.polname ORDER BY p.polname), '[]') FROM pg_policy p WHERE p.polrelid = c.oid
       AND (0 = ANY (p.polroles) OR EXISTS (SELECT FROM unnest(p.polroles) AS r WHERE pg_has_role(r, 'USAGE'))))), '{}')
   FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = ${schema} AND c.relkind IN ('r', 'p') AND row_security_active(c.oid))`;

/** Looks at the catalogs alone. Tables that a role is kept from on purpose, those of the vault, are none. */
export async function findObstacles(pool: Pool): Promise<Obstacles> {
  const { rows } = await pool.query<Omit<Obstacles, 'given'>>(
    `SELECT ${policiesSql('current_schema()')} AS policies,
       (SELECT coalesce(jsonb_object_agg("table", names), '{}') FROM (
          SELECT c.relname AS "table", jsonb_agg(a.attname ORDER BY a.attnum) AS names
          FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
          WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname = ANY ($1)
            AND NOT has_column_privilege(c.oid, a.attnum, 'SELECT') AND has_any_column_privilege(c.oid, 'SELECT')
          GROUP BY c.relname) AS missing) AS columns`,
    [await ourTables()],
  );
  const given = (await readDefaultRights(pool)).filter(
    ({ name, role }) => SECRETS.includes(name) && !/^costs_/.test(role),
  );
  return { policies: {}, columns: {}, ...rows[0], given };
}
