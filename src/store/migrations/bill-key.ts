import type { Pool } from 'pg';
import { columnsOf } from '../rows.js';

/** SQL of a row's version; one without is of before there were any. */
export const VERSION = `coalesce("api_version"::text, 'usage_v1')`;

/** SQL of what a bill is found by, over rows of `cost_data`. */
export interface BillKey {
  /** The line item as it will be. */
  lineItem: string;
  /** The whole key. */
  columns: string;
  /** True of a row whose key says something: the others are all different. */
  isKeyed: string;
  /** The rows that share a key with others. */
  shared: string;
}

/** Null where no row has a key, as columns of it are not there. A bill gets a line item where there is none for it yet. */
export async function readBillKey(pool: Pool): Promise<BillKey | null> {
  const there = await columnsOf(pool, 'cost_data');
  if (!['bucket_start_time', 'bucket_end_time', 'api_version'].every((name) => there.includes(name))) return null;
  const stored = there.includes('line_item') ? '"line_item"' : 'NULL';
  const lineItem = `CASE WHEN "api_version"::text = 'costs_v1' THEN coalesce(${stored}, 'unspecified') ELSE ${stored} END`;
  const columns = `"project_id", "bucket_start_time", "bucket_end_time", (${lineItem}), (${VERSION})`;
  const isKeyed = `"bucket_start_time" IS NOT NULL AND "bucket_end_time" IS NOT NULL AND (${lineItem}) IS NOT NULL`;
  return {
    lineItem,
    columns,
    isKeyed,
    shared: `SELECT id FROM (SELECT id, count(*) OVER (PARTITION BY ${columns}) AS same FROM cost_data WHERE ${isKeyed}) AS r WHERE same > 1`,
  };
}
