import type { Pool } from 'pg';
import { ourTables } from './migrations/folder.js';
import { literal } from './migrations/step.js';

/** One right that default privileges of the owner gave somebody with a table, a sequence or a function of ours. */
interface DefaultRight {
  /** The table that holds it, or the function. */
  name: string;
  role: string;
  /** The statement that takes it back. */
  sql: string;
}

/**
 * A query for what default privileges give others of ours: PostgreSQL asks nobody as it makes a table, and where they grant
 * everything to the role of a public interface, passwords and sessions are open with it.
 * @param schema SQL of its name
 */
export async function defaultRightsSql(schema: string): Promise<string> {
  const tables = [...(await ourTables()), '_prisma_migrations'].map(literal).join(', ');
  return `SELECT o.name, coalesce(r.rolname, 'PUBLIC')::text AS role,
      format('REVOKE %s ON %s %s FROM %s', string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type), o.kind, o.full_name, coalesce(quote_ident(r.rolname), 'PUBLIC')) AS sql
    FROM (
      SELECT c.relname::text AS name, format('%I.%I', n.nspname, c.relname) AS full_name, c.relnamespace AS schema, c.relowner AS owner, c.relacl AS acl,
        CASE c.relkind WHEN 'S' THEN 'S' ELSE 'r' END::"char" AS type, CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ${schema} AND (c.relkind IN ('r', 'p') AND c.relname IN (${tables}) OR c.relkind = 'S' AND regexp_replace(c.relname, '_id_seq$', '') IN (${tables}))
      UNION ALL
      SELECT p.proname, p.oid::regprocedure::text, p.pronamespace, p.proowner, p.proacl, 'f', 'FUNCTION'
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = ${schema} AND p.proname LIKE 'costs\\_%'
    ) o CROSS JOIN LATERAL aclexplode(o.acl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
    WHERE a.grantee <> o.owner AND EXISTS (
      SELECT FROM pg_default_acl d, aclexplode(d.defaclacl) g
      WHERE d.defaclrole = o.owner AND d.defaclnamespace IN (0, o.schema) AND d.defaclobjtype = o.type AND (g.grantee, g.privilege_type) = (a.grantee, a.privilege_type))
    GROUP BY o.name, o.kind, o.full_name, r.rolname ORDER BY 1, 2`;
}

export async function readDefaultRights(pool: Pool): Promise<DefaultRight[]> {
  const { rows } = await pool.query<DefaultRight>(await defaultRightsSql('current_schema()'));
  return rows;
}

/**
 * Keeps others out of what is made from here on; what they may do with what is there stays.
 * @returns SQL for the end of the same transaction, which takes back what default privileges have given by then
 */
export async function keepOthersOut(pool: Pool): Promise<string> {
  const { rowCount } = await pool.query('SELECT FROM pg_default_acl LIMIT 1');
  if (rowCount === 0) return '';
  const before = (await readDefaultRights(pool)).map(({ sql }) => literal(sql)).join(', ');
  return `
DO $rights$ DECLARE given record; BEGIN
FOR given IN ${await defaultRightsSql('current_schema()')}
LOOP IF given.sql <> ALL (ARRAY[${before}]::text[]) THEN EXECUTE given.sql; END IF; END LOOP; END $rights$`;
}
