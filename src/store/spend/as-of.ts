import { SQL, type Sql } from '../sql.js';
import type { DaySpan } from '../../domain/day.js';
import { WAS_ADOPTED } from '../facts/adopted-days.js';
import { committedAfter } from '../facts/commit-order.js';
import { inDays } from '../facts/stored-rows.js';

/** Columns of a row that the ledger tells, or that were not kept. */
const KEPT: Readonly<Record<string, string | undefined>> = {
  id: `'ledger ' || v.id`,
  bucket_start_time: 'v.bucket_start_time',
  bucket_end_time: 'v.bucket_end_time',
  line_item: 'v.line_item',
  model: 'v.model',
  quantity: 'NULL::numeric',
  quantity_unit: 'NULL::text',
  list_cost: 'NULL::numeric',
};
/** PostgreSQL leaves out a join that no column is asked of: the key is unique. */
const TODAY = SQL`
    LEFT JOIN cost_data d ON d.project_id = v.project_id AND d.bucket_start_time = v.bucket_start_time
      AND d.bucket_end_time = v.bucket_end_time AND d.line_item = v.line_item AND d.api_version = 'costs_v1'`;

/**
 * The bills as they were at an instant: of a row that changed since, what it was before the first of those changes; of every
 * other, what it is; and nothing of days that had not been read by then. Projects are those the rows belong to today. What a
 * line item is about is told by its row of today, where there still is one; how much was used of a changed row is not kept.
 */
export function billedRowsAsOf(span: DaySpan, instant: Date, columns: readonly string[]): Sql {
  const at = SQL`${instant.toISOString()}::timestamptz`;
  const shown = (source: (name: string) => string) => SQL.raw(columns.map((name) => `, ${source(name)}`).join(''));
  return SQL`
    SELECT v.project_id, v.day, v.currency, v.cost ${shown((name) => `${KEPT[name] ?? `d.${name}`} AS ${name}`)} FROM (
      SELECT DISTINCT ON (project_id, bucket_start_time, bucket_end_time, line_item)
             project_id, date_trunc('day', bucket_start_time) AS day, bucket_start_time, bucket_end_time, line_item, model, id, currency, old_cost AS cost
      FROM restatements
      WHERE api_version = 'costs_v1' AND ${committedAfter(at, 'write_id', 'recorded_at')} AND ${inDays('bucket_start_time', span)}
      ORDER BY project_id, bucket_start_time, bucket_end_time, line_item, id
    ) v JOIN projects o ON o.id = v.project_id
    ${TODAY}
    WHERE v.cost IS NOT NULL AND ${wasRead(SQL`v.day`, at)}
    UNION ALL
    SELECT c.project_id, date_trunc('day', c.bucket_start_time), c.currency, c.cost ${shown((name) => `c.${name}`)}
    FROM cost_data c JOIN projects o ON o.id = c.project_id
    WHERE c.api_version = 'costs_v1' AND ${inDays('c.bucket_start_time', span)} AND ${wasRead(SQL`c.bucket_start_time`, at)}
      AND NOT EXISTS (
        SELECT FROM restatements r
        WHERE r.project_id = c.project_id AND r.bucket_start_time = c.bucket_start_time AND r.bucket_end_time = c.bucket_end_time
          AND r.line_item = c.line_item AND r.api_version = 'costs_v1' AND ${committedAfter(at, 'r.write_id', 'r.recorded_at')})`;
}

/** Adopted bills of days that were never read have been there all along; those of days that were read since are marked so. */
function wasRead(day: Sql, at: Sql): Sql {
  const read = SQL`
    SELECT FROM collected_days d
    WHERE d.ai_provider = o.ai_provider AND d.ai_organization_id = o.ai_organization_id AND d.api_version = 'costs_v1'
      AND d.day = ${day}::date`;
  return SQL`(EXISTS (${read} AND NOT ${committedAfter(at, 'd.first_write_id', 'd.first_read_at')})
    OR (${WAS_ADOPTED} AND NOT EXISTS (${read})))`;
}

/**
 * When days had been read last by an instant. Of a day read again since, only the first reads are known: it counts as no better
 * than they made it, and as adopted where nobody had read it. One without a read after its end was open, however long its answer
 * took to be stored.
 */
export function billedDaysAsOf(instant: Date): Sql {
  const at = SQL`${instant.toISOString()}::timestamptz`;
  return SQL`
    SELECT ai_provider, ai_organization_id, day,
           CASE WHEN NOT ${committedAfter(at, 'write_id', 'read_at')} THEN read_at
                WHEN first_closed_read_at <= ${at} THEN first_closed_read_at
                WHEN first_read_at = '-infinity' THEN NULL
                ELSE least(first_read_at, (day + 1)::timestamp AT TIME ZONE 'UTC' - interval '1 ms') END AS read_at
    FROM collected_days WHERE api_version = 'costs_v1' AND NOT ${committedAfter(at, 'first_write_id', 'first_read_at')}`;
}
