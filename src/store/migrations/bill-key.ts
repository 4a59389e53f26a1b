import type { Pool } from 'pg';
import { columnsOf } from '../rows.js';

/** SQL of a row's line item as it will be. */
export const LINE_ITEM = `CASE WHEN "api_version"::text = 'costs_v1' THEN coalesce("line_item", 'unspecified') ELSE "line_item" END`;

/** What a bill is found by, in any row that `hasBillKey`. */
export const KEY_SQL = `"project_id", "bucket_start_time", "bucket_end_time", (${LINE_ITEM}), "api_version"`;
const KEY_COLUMNS = ['bucket_start_time', 'bucket_end_time', 'line_item', 'api_version'];

/** Whether every column of a bill's key is there. */
export async function hasBillKey(pool: Pool): Promise<boolean> {
  const columns = await columnsOf(pool, 'cost_data');
  return KEY_COLUMNS.every((name) => columns.includes(name));
}
