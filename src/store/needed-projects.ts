import pg from 'pg';
import { SQL } from './sql.js';
import { wasAdopted } from './migrations/adoption-record.js';
import type { Statements } from './statements.js';

/**
 * Whether a project has to stay as it is another program's: `costs db adopt` found it, or a row refers to it, which could go
 * with it. A table that may not be read counts as one that refers to it.
 */
export async function isNeededByOthers(tx: Statements, id: string): Promise<boolean> {
  const keys = await tx.$queryRaw<{ query: string; readable: boolean }[]>`
    SELECT format('EXISTS (SELECT FROM %s t JOIN projects p ON %s WHERE p.id = %L)', c.conrelid::regclass,
             string_agg(format('t.%I = p.%I', own.attname, referred.attname), ' AND '), ${id}::text) AS query,
           bool_and(has_column_privilege(c.conrelid, own.attnum, 'SELECT')) AND has_schema_privilege(t.relnamespace, 'USAGE')
             AND NOT row_security_active(c.conrelid) AS readable
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid CROSS JOIN LATERAL unnest(c.conkey, c.confkey) AS k (own, referred)
    JOIN pg_attribute own ON own.attrelid = c.conrelid AND own.attnum = k.own
    JOIN pg_attribute referred ON referred.attrelid = c.confrelid AND referred.attnum = k.referred
    WHERE c.contype = 'f' AND c.confrelid = 'projects'::regclass AND c.conparentid = 0
    GROUP BY c.oid, c.conrelid, t.relnamespace`;
  if (keys.some(({ readable }) => !readable)) return true;
  const conditions = [wasAdopted(pg.escapeLiteral(id)), ...keys.map(({ query }) => query)].join(' OR ');
  const [row] = await tx.$queryRaw<{ needed: boolean | null }[]>`SELECT ${SQL.raw(conditions)} AS needed`;
  return row?.needed === true;
}
