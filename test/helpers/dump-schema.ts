import type { Pool } from 'pg';

/** Everything PostgreSQL knows about the current schema, one object a line, sorted; equal texts are equal schemas. */
export async function dumpSchema(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ line: string }>(`
    WITH relations AS (SELECT oid, relname, relkind FROM pg_class WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relname NOT LIKE '\\_prisma%')
    SELECT 'column ' || r.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || (CASE WHEN a.attnotnull THEN ' not null' ELSE '' END)
           || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') AS line
      FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum WHERE r.relkind IN ('r', 'p', 'v', 'm')
    UNION ALL SELECT 'constraint ' || r.relname || '.' || c.conname || ' ' || pg_get_constraintdef(c.oid) || (CASE WHEN c.convalidated THEN '' ELSE ' (unvalidated)' END)
      FROM relations r JOIN pg_constraint c ON c.conrelid = r.oid
    UNION ALL SELECT 'index ' || pg_get_indexdef(i.indexrelid) || (CASE WHEN i.indisvalid THEN '' ELSE ' (invalid)' END)
      FROM relations r JOIN pg_index i ON i.indrelid = r.oid
    UNION ALL SELECT 'enum ' || t.typname || ' ' || string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
      FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid WHERE t.typnamespace = quote_ident(current_schema())::regnamespace GROUP BY t.typname
    UNION ALL SELECT 'sequence ' || relname FROM relations WHERE relkind = 'S'
    UNION ALL SELECT 'trigger ' || r.relname || ' ' || pg_get_triggerdef(t.oid) FROM relations r JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal
    UNION ALL SELECT 'view ' || relname || ' ' || pg_get_viewdef(oid) FROM relations WHERE relkind IN ('v', 'm')
    UNION ALL SELECT 'rule ' || pg_get_ruledef(w.oid) FROM relations r JOIN pg_rewrite w ON w.ev_class = r.oid WHERE w.rulename <> '_RETURN'
    UNION ALL SELECT 'policy ' || r.relname || ' ' || p.polname || ' ' || coalesce(pg_get_expr(p.polqual, r.oid), '') FROM relations r JOIN pg_policy p ON p.polrelid = r.oid
    UNION ALL SELECT 'security ' || c.relname || ' ' || c.relrowsecurity || ' ' || c.relforcerowsecurity || ' ' || c.relreplident::text || ' ' || c.relpersistence::text || coalesce(' ' || c.relacl::text, '')
      FROM relations r JOIN pg_class c USING (oid) WHERE c.relkind IN ('r', 'p')
    UNION ALL SELECT 'comment ' || r.relname || '.' || d.objsubid || ' ' || d.description FROM relations r JOIN pg_description d ON d.objoid = r.oid AND d.classoid = 'pg_class'::regclass
    UNION ALL SELECT 'statistics ' || pg_get_statisticsobjdef(s.oid) FROM relations r JOIN pg_statistic_ext s ON s.stxrelid = r.oid
    UNION ALL SELECT 'function ' || p.oid::regprocedure || ' ' || md5(p.prosrc) || coalesce(' ' || p.proconfig::text, '') FROM pg_proc p WHERE p.pronamespace = quote_ident(current_schema())::regnamespace
    ORDER BY 1`);
  return rows.map(({ line }) => line).join('\n');
}
