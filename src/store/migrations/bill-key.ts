import type { Pool } from 'pg';
import { columnsOf } from '../rows.js';

/** SQL of a row's line item as it will be. */
export const LINE_ITEM = `CASE WHEN "api_version"::text = 'costs_v1' THEN coalesce("line_item", 'unspecified') ELSE "line_item" END`;

/** A row without a version is one of before there were any. */
export const VERSION = `coalesce("api_version"::text, 'usage_v1')`;

/** What a row is found by, in any that `hasBillKey`. */
export const KEY_SQL = `"project_id", "bucket_start_time", "bucket_end_time", (${LINE_ITEM}), (${VERSION})`;

/** SQL that is true of a row whose key says something: the others are all different. */
export const IS_KEYED = `"bucket_start_time" IS NOT NULL AND "bucket_end_time" IS NOT NULL AND (${LINE_ITEM}) IS NOT NULL`;
const KEY_COLUMNS = ['bucket_start_time', 'bucket_end_time', 'line_item', 'api_version'];

/** Whether every column of a bill's key is there. */
export async function hasBillKey(pool: Pool): Promise<boolean> {
  const columns = await columnsOf(pool, 'cost_data');
  return KEY_COLUMNS.every((name) => columns.includes(name));
}
