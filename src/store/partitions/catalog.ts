import type { Pool } from 'pg';
import { quote } from '../rows.js';
import { DEFAULT_PARTITION, HAS_MONTH, PARTITIONED_TABLE } from './layout.js';

export interface Partition {
  name: string;
  /** As PostgreSQL writes instants; null of the default one. */
  bounds: { from: string; to: string } | null;
  /** SQL that is true of the rows that belong to it. */
  holds: string;
}

/** The partitions of the table, in order of their names; null where it is a plain one. */
export async function readPartitions(pool: Pool): Promise<Partition[] | null> {
  const { rows } = await pool.query<{ name: string | null; from: string | null; to: string | null; holds: string }>(
    `SELECT c.relname AS name, bounds[1] AS "from", bounds[2] AS "to", coalesce(pg_get_partition_constraintdef(c.oid), 'true') AS holds
     FROM pg_partitioned_table t LEFT JOIN pg_inherits i ON i.inhparent = t.partrelid LEFT JOIN pg_class c ON c.oid = i.inhrelid
     LEFT JOIN LATERAL regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''?([^'')]+)''?\\) TO \\(''?([^'')]+)''?\\)') AS bounds ON true
     WHERE t.partrelid = to_regclass($1) ORDER BY 1`,
    [quote(PARTITIONED_TABLE)],
  );
  if (rows.length === 0) return null;
  return rows.flatMap(({ name, from, to, holds }) => {
    // Words that sort before and after every instant.
    const bounds =
      from === null || to === null ? null : { from: from === 'MINVALUE' ? '' : from, to: to === 'MAXVALUE' ? '~' : to };
    return name === null ? [] : [{ name, bounds, holds }];
  });
}

export function defaultOf(partitions: readonly Partition[]): string {
  return partitions.find(({ bounds }) => bounds === null)?.name ?? DEFAULT_PARTITION;
}

export interface MonthOfRows {
  /** `2026-01` */
  month: string;
  rows: number;
}

/** The months that rows of a table are of, which reads all of it. */
export async function readMonths(pool: Pool, table: string): Promise<MonthOfRows[]> {
  const { rows } = await pool.query<{ month: string; rows: string }>(
    `SELECT to_char(m.month, 'YYYY-MM') AS month, m.rows FROM (
       SELECT date_trunc('month', bucket_start_time) AS month, count(*) AS rows FROM ${quote(table)}
       WHERE ${HAS_MONTH} GROUP BY 1) m ORDER BY m.month`,
  );
  return rows.map((row) => ({ month: row.month, rows: Number(row.rows) }));
}
