import type { Pool } from 'pg';
import { quote } from '../rows.js';
import { PARTITIONED_TABLE } from './layout.js';

const TABLE = quote(PARTITIONED_TABLE);

/** What a new table of the same name has to have besides its columns, as statements. */
export interface TableParts {
  /** Their statement is null where a constraint makes them. */
  indexes: { name: string; sql: string | null }[];
  constraints: string[];
  /** Grants and, where it is not the role at work, the owner. */
  rights: string[];
}

export async function readParts(pool: Pool): Promise<TableParts> {
  const { rows: indexes } = await pool.query<TableParts['indexes'][number]>(
    `SELECT r.relname AS name, CASE WHEN NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = r.oid AND c.conrelid = i.indrelid) THEN pg_get_indexdef(r.oid) END AS sql
     FROM pg_index i JOIN pg_class r ON r.oid = i.indexrelid WHERE i.indrelid = to_regclass($1) ORDER BY 1`,
    [TABLE],
  );
  const { rows: constraints } = await pool.query<{ sql: string }>(
    `SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', $1::text, conname, pg_get_constraintdef(oid)) AS sql
     FROM pg_constraint WHERE conrelid = to_regclass($1) AND contype IN ('p', 'u', 'x', 'f') ORDER BY conname`,
    [TABLE],
  );
  return { indexes, constraints: constraints.map(({ sql }) => sql), rights: await readRights(pool) };
}

/** Who may do what with the table, whole or by column. */
async function readRights(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ sql: string }>(
    `WITH rights AS (
       SELECT c.relowner, a.grantee, a.is_grantable, a.privilege_type AS what FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = to_regclass($1)
       UNION ALL
       SELECT c.relowner, a.grantee, a.is_grantable, a.privilege_type || format(' (%I)', t.attname)
       FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a WHERE c.oid = to_regclass($1)
     )
     SELECT format('ALTER TABLE %s OWNER TO %I', $1::text, pg_get_userbyid(relowner)) AS sql FROM pg_class
     WHERE oid = to_regclass($1) AND pg_get_userbyid(relowner) <> current_user
     UNION ALL
     SELECT format('GRANT %s ON %s TO %s', what, $1::text, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
       || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END FROM rights WHERE grantee <> relowner`,
    [TABLE],
  );
  return rows.map(({ sql }) => sql);
}

/**
 * What keeps others from a new table of ours, as they are kept from the one that it belongs to: the owner's default privileges
 * give them rights with it, and its row security is its own.
 * @returns statements by the name of the table
 */
export async function readGuards(pool: Pool): Promise<(table: string) => string[]> {
  const { rows } = await pool.query<{ what: string }>(
    `SELECT DISTINCT format('REVOKE ALL ON %%s FROM %s', CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END) AS what
     FROM pg_default_acl d, aclexplode(d.defaclacl) a WHERE d.defaclobjtype = 'r' AND pg_get_userbyid(a.grantee) <> current_user
     UNION ALL SELECT 'ALTER TABLE %s ENABLE ROW LEVEL SECURITY' FROM pg_class WHERE oid = to_regclass($1) AND relrowsecurity
     UNION ALL SELECT 'ALTER TABLE %s FORCE ROW LEVEL SECURITY' FROM pg_class WHERE oid = to_regclass($1) AND relforcerowsecurity ORDER BY 1`,
    [TABLE],
  );
  return (table) => rows.map(({ what }) => what.replace('%s', () => quote(table)));
}

/** Takes from others what they could do with a partition, as of the table whose place it takes. */
export async function readRevocations(pool: Pool, partition: string): Promise<string[]> {
  const { rows } = await pool.query<{ sql: string }>(
    `SELECT DISTINCT format('REVOKE ALL ON %s FROM %s', $1::text, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END) AS sql
     FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = to_regclass($2) AND a.grantee <> c.relowner ORDER BY 1`,
    [TABLE, quote(partition)],
  );
  return rows.map(({ sql }) => sql);
}

/** The indexes of a partition, and of what is above them. */
export async function readIndexNames(pool: Pool, partition: string): Promise<{ name: string; above: string }[]> {
  const { rows } = await pool.query<{ name: string; above: string }>(
    `SELECT r.relname AS name, p.relname AS above FROM pg_index i JOIN pg_class r ON r.oid = i.indexrelid
     JOIN pg_inherits h ON h.inhrelid = r.oid JOIN pg_class p ON p.oid = h.inhparent WHERE i.indrelid = to_regclass($1) ORDER BY 1`,
    [quote(partition)],
  );
  return rows;
}
