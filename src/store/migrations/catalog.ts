import type { Pool } from 'pg';
import { PARTITION_KEY, PARTITIONED_TABLE } from '../partitions/layout.js';

/** One thing PostgreSQL knows about a schema. */
export interface Fact {
  /** What and which: `column cost_data.currency`. */
  object: string;
  /** How it is: `text not null`. */
  definition: string;
  /** The table it belongs to; null for an enum or a function. */
  table: string | null;
  /** Whether schema.prisma has words for it; checks, triggers, functions and partial indexes it does not see. */
  expressible: boolean;
  /** The constraint that keeps a column from being null; servers before 18 know none. */
  neverNull?: string | null;
}

/**
 * The current schema as a list of facts, from the catalogs themselves: Prisma's own comparison does not see checks,
 * whether a constraint was validated, or whether an index is valid. A unique constraint is told as the index it is kept by.
 * Objects of extensions are left out. A table that we partition says the same as the plain one: of its partitions, all but
 * what somebody else put on one of them alone is left out.
 */
export async function readCatalog(pool: Pool): Promise<Fact[]> {
  const { rows } = await pool.query<Fact>(CATALOG_QUERY);
  return rows;
}

const NEVER_NULL = `
SELECT 'column ' || t.relname || '.' || a.attname AS object, 'CONSTRAINT ' || quote_ident(c.conname) || ' ' || pg_get_constraintdef(c.oid) AS "neverNull"
  FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
  WHERE c.contype = 'n' AND t.relnamespace = quote_ident(current_schema())::regnamespace`;

/** What hangs on a table that no copy of it has. */
const BOUND = `CASE WHEN EXISTS (SELECT FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = tables.oid AND a.grantee <> c.relowner)
    OR EXISTS (SELECT FROM pg_class c WHERE c.oid = tables.oid AND (c.relrowsecurity OR c.relhasrules))
    OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = tables.oid AND (a.attidentity <> '' OR a.attacl IS NOT NULL) AND NOT a.attisdropped)
    OR EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = tables.oid AND NOT g.tgisinternal)
    OR EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid = tables.oid) THEN ' and bound' ELSE '' END`;

const CATALOG = `
WITH listed AS (
  SELECT c.oid, c.relname, c.relkind, c.relpersistence FROM pg_class c
  WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname <> '_prisma_migrations'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
), ours AS (
  SELECT t.partrelid FROM listed e JOIN pg_partitioned_table t ON t.partrelid = e.oid
  WHERE e.relname = '${PARTITIONED_TABLE}' AND pg_get_partkeydef(e.oid) = '${PARTITION_KEY}' AND t.partdefid <> 0
), partitions AS (
  SELECT t.relid::oid AS oid FROM ours, pg_partition_tree(partrelid) t WHERE t.level > 0
), relations AS (
  SELECT *, relname AS owner FROM listed e WHERE NOT EXISTS (SELECT FROM partitions p WHERE p.oid = e.oid)
), tables AS (
  SELECT * FROM relations WHERE relkind IN ('r', 'p')
), with_partitions AS (
  SELECT *, false AS is_partition FROM tables
  UNION ALL SELECT e.*, '${PARTITIONED_TABLE}', true FROM listed e JOIN partitions p ON p.oid = e.oid
)
SELECT 'table ' || relname AS object,
       CASE WHEN oid IN (SELECT partrelid FROM ours) THEN '' WHEN relkind = 'p' THEN 'partitioned' || ${BOUND} WHEN EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = tables.oid) THEN 'inherited' || ${BOUND}
         WHEN relpersistence = 'u' THEN 'unlogged' ELSE '' END AS definition, relname::text AS "table", true AS expressible FROM tables
UNION ALL
SELECT CASE relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' ELSE 'foreign table ' END || relname, '', NULL, false
  FROM relations WHERE relkind IN ('v', 'm', 'f')
UNION ALL
SELECT 'column ' || t.relname || '.' || a.attname,
       CASE WHEN pg_type_is_visible(y.oid) AND y.typnamespace NOT IN ('pg_catalog'::regnamespace, quote_ident(current_schema())::regnamespace) THEN y.typnamespace::regnamespace || '.' ELSE '' END
         || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull OR y.typnotnull AND y.typdefault IS NULL THEN ' not null' ELSE '' END || CASE WHEN a.attidentity <> '' THEN ' identity' ELSE '' END
         || coalesce(CASE a.attgenerated WHEN '' THEN ' default ' WHEN 's' THEN ' stored as ' ELSE ' computed as ' END || pg_get_expr(d.adbin, d.adrelid), ''), t.relname, true
  FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type y ON y.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
UNION ALL
SELECT 'constraint ' || t.relname || '.' || c.conname, pg_get_constraintdef(c.oid, true), t.owner, c.contype IN ('p', 'f')
  FROM with_partitions t JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype IN ('p', 'f', 'c', 'x')
  WHERE NOT (t.is_partition AND c.coninhcount > 0)
UNION ALL
SELECT 'validation ' || t.relname || '.' || c.conname, 'done', t.relname, c.contype IN ('p', 'f')
  FROM tables t JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype IN ('p', 'f', 'c', 'x') AND c.convalidated
UNION ALL
SELECT 'index ' || r.relname, regexp_replace(replace(pg_get_indexdef(i.indexrelid, 0, true), ' ON ONLY ', ' ON '), ' WITH \\([^()]*\\)', '') || CASE WHEN i.indisvalid THEN '' ELSE ' (invalid)' END
         || CASE WHEN EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.condeferrable) THEN ' (deferrable)' ELSE '' END,
       t.owner, i.indpred IS NULL AND i.indexprs IS NULL
  FROM with_partitions t JOIN pg_index i ON i.indrelid = t.oid JOIN pg_class r ON r.oid = i.indexrelid
  WHERE NOT (t.is_partition AND r.relispartition) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'x'))
UNION ALL
SELECT 'enum ' || t.typname, string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder), NULL, true
  FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
  WHERE t.typnamespace = quote_ident(current_schema())::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e') GROUP BY t.typname
UNION ALL
SELECT CASE t.typtype WHEN 'd' THEN 'domain ' ELSE 'type ' END || t.typname, coalesce(format_type(nullif(t.typbasetype, 0), t.typtypmod), ''), NULL, false
  FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
  WHERE t.typnamespace = quote_ident(current_schema())::regnamespace AND (t.typtype IN ('d', 'r') OR c.relkind = 'c')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')
UNION ALL
SELECT 'sequence ' || relname, '', NULL, false FROM relations
  WHERE relkind = 'S' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = relations.oid AND d.deptype IN ('a', 'i'))
UNION ALL
SELECT 'rule ' || t.relname || '.' || w.rulename, pg_get_ruledef(w.oid), t.owner, false
  FROM with_partitions t JOIN pg_rewrite w ON w.ev_class = t.oid
UNION ALL
SELECT 'policy ' || t.relname || '.' || p.polname, '', t.owner, false FROM with_partitions t JOIN pg_policy p ON p.polrelid = t.oid
UNION ALL
SELECT 'trigger ' || t.relname || '.' || g.tgname, pg_get_triggerdef(g.oid, true) || CASE g.tgenabled WHEN 'O' THEN '' ELSE ' (not enabled)' END, t.owner, false
  FROM with_partitions t JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal AND NOT (t.is_partition AND g.tgparentid <> 0)
UNION ALL
SELECT 'event trigger ' || g.evtname, g.evtevent, NULL, false FROM pg_event_trigger g
  WHERE g.evtenabled <> 'D' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = g.oid AND d.deptype = 'e')
UNION ALL
SELECT 'function ' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
       CASE WHEN p.prosecdef THEN 'security definer ' ELSE '' END || CASE WHEN p.proconfig::text LIKE '%, pg_temp"%' THEN 'temporary tables last ' ELSE '' END || coalesce(btrim(p.prosrc, E' \\n\\t'), ''), NULL, false
  FROM pg_proc p WHERE p.pronamespace = quote_ident(current_schema())::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')`;

/** What is asked of the catalogs. */
export const CATALOG_QUERY = `SELECT facts.*, "neverNull" FROM (${CATALOG}) facts LEFT JOIN (${NEVER_NULL}) named USING (object) ORDER BY object COLLATE "C"`;
