import type { Pool } from 'pg';
import { columnsOf } from '../rows.js';
import { readBillKey, VERSION } from './bill-key.js';
import type { RowCheck } from './row-checks.js';

/**
 * Bills of which the next sync would lose one: it makes one project of two that are the same at the provider, of which one
 * says so by `openai_project_id`, and of two bills that meet there the other gives way.
 */
export async function billedTwice(pool: Pool): Promise<RowCheck[]> {
  const there = await columnsOf(pool, 'projects');
  const key = await readBillKey(pool);
  if (key === null || !['ai_project_id', 'openai_project_id'].every((name) => there.includes(name))) return [];
  const bills = `SELECT id, project_id, "bucket_start_time" AS first, "bucket_end_time" AS next, (${key.lineItem}) AS item, (${VERSION}) AS version FROM cost_data WHERE ${key.isKeyed}`;
  return [
    {
      table: 'cost_data',
      text: 'the same bucket and line item as one of another project that is the same at the provider, by its openai_project_id; costs sync makes one project of the two (take that id off the one, or its bills to the other)',
      query: `WITH bills AS (${bills}) SELECT s.id FROM projects p JOIN projects l ON l."openai_project_id" = p."ai_project_id" AND l."ai_project_id" IS NULL JOIN bills s ON s.project_id = p.id JOIN bills r ON r.project_id = l.id AND (r.first, r.next, r.item, r.version) = (s.first, s.next, s.item, s.version)`,
    },
  ];
}
