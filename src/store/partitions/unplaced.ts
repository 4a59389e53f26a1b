import { SQL } from '../sql.js';
import type { StatementPool } from '../statements.js';
import { HAS_MONTH, PARTITIONED_TABLE } from './layout.js';

/** See `UsageStore.hasUnplaced`. The default partition has rights of its own: who reads through the table alone is told nothing. */
export async function hasUnplaced(sql: StatementPool): Promise<boolean> {
  const [partition] = await sql.$queryRaw<{ name: string }[]>`
    SELECT partdefid::regclass::text AS name FROM pg_partitioned_table
    WHERE partrelid = to_regclass(${PARTITIONED_TABLE}) AND partdefid <> 0 AND has_table_privilege(partdefid, 'SELECT')`;
  if (partition === undefined) return false;
  const rows = await sql.$queryRaw<unknown[]>`
    SELECT 1 FROM ${SQL.raw(partition.name)} WHERE ${SQL.raw(HAS_MONTH)} LIMIT 1`;
  return rows.length > 0;
}
