import type { Pool } from 'pg';
import { CostsError } from '../../errors.js';
import { quote } from '../rows.js';
import { PARTITIONED_TABLE } from './layout.js';
import type { PartitionStep } from './step.js';

/**
 * What would stay with the table that is under the name now, and say something else of the one that comes: somebody else's
 * views, policies, triggers, publications and foreign keys to it; unique indexes that partitions do not allow; and names that are taken.
 * @throws CostsError `conflict`; nothing was changed
 */
export async function requireNoObstacle(pool: Pool, steps: readonly PartitionStep[]): Promise<void> {
  const { rows } = await pool.query<{ object: string }>(OBSTACLES, [quote(PARTITIONED_TABLE)]);
  const [object] = [...rows.map((row) => row.object), ...(await namesTaken(pool, steps))];
  if (object === undefined) return;
  throw new CostsError('conflict', `The shape of ${PARTITIONED_TABLE} cannot change as long as there is ${object}.`, {
    hint: 'Drop or rename it, do the same again, and create it again: costs db partition --help',
  });
}

const OBSTACLES = `
SELECT CASE WHEN d.classid = 'pg_rewrite'::regclass THEN pg_describe_object('pg_class'::regclass, (SELECT ev_class FROM pg_rewrite WHERE oid = d.objid), 0)
         ELSE pg_describe_object(d.classid, d.objid, 0) END AS object
FROM pg_depend d WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass($1) AND (
  d.classid IN ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_proc'::regclass, 'pg_publication_rel'::regclass)
  OR d.classid = 'pg_trigger'::regclass AND NOT (SELECT tgisinternal FROM pg_trigger WHERE oid = d.objid)
  OR d.classid = 'pg_constraint'::regclass AND (SELECT conrelid <> d.refobjid FROM pg_constraint WHERE oid = d.objid))
UNION
SELECT 'unique index ' || r.relname || ' without bucket_start_time' FROM pg_index i JOIN pg_class r ON r.oid = i.indexrelid
WHERE i.indrelid = to_regclass($1) AND i.indisunique AND NOT EXISTS (
  SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attname = 'bucket_start_time' AND a.attnum = ANY (i.indkey))
ORDER BY 1`;

async function namesTaken(pool: Pool, steps: readonly PartitionStep[]): Promise<string[]> {
  const names = steps.flatMap(({ sql }) =>
    sql.flatMap((each) => /^(?:CREATE TABLE|ALTER TABLE \S+ RENAME TO) "([^"]+)"/.exec(each)?.[1] ?? []),
  );
  const { rows } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relname = ANY ($1) ORDER BY 1`,
    [names.filter((name) => name !== PARTITIONED_TABLE)],
  );
  return rows.map(({ name }) => `the relation ${name}, whose name is needed`);
}
