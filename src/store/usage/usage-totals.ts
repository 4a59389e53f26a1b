import { SQL, type Sql } from '../sql.js';
import type { Day, DaySpan } from '../../domain/day.js';
import { parseDecimal } from '../../domain/decimal.js';
import type { ProviderId } from '../../domain/provider.js';
import type { UsageLine } from '../../domain/usage.js';
import { inDays } from '../facts/stored-rows.js';
import type { Statements } from '../statements.js';

/** Usage, added up over details. Unless asked for, it is one of all keys and of a day: no price depends on the key or the hour. */
export interface UsageTotal extends Pick<
  UsageLine,
  'endpoint' | 'tokenType' | 'unit' | 'model' | 'serviceTier' | 'batch' | 'contextWindow' | 'inferenceGeo' | 'quantity'
> {
  provider: ProviderId;
  organizationId: string;
  projectId: string;
  day: Day;
  bucketStart: Date;
  bucketEnd: Date;
  /** Empty where nobody asked, and for usage of none. */
  apiKeyId: string;
}

const BUCKET = `u.bucket_start_time AS "bucketStart", u.bucket_end_time AS "bucketEnd"`;
const WHOLE_DAY = `date_trunc('day', u.bucket_start_time) AS "bucketStart", date_trunc('day', u.bucket_start_time) + interval '1 day' AS "bucketEnd"`;

/**
 * Usage of projects `p` and days `w` that `where` picks, each organization's day at one width: the one that was read after the
 * day's end, of those the one of which no endpoint was refused as too old, else the daily one. The widths report the same usage,
 * and adding them would count it twice.
 *
 * Each project's day is looked up by itself: the planner takes a join of projects and days for a single row, and would read all
 * usage of a project again for each of its days.
 */
export async function readUsage(
  tx: Statements,
  where: Sql,
  span: DaySpan,
  { byKeyAndBucket = false } = {},
): Promise<UsageTotal[]> {
  const rows = await tx.$queryRaw<(Omit<UsageTotal, 'quantity'> & { quantity: string })[]>`
    WITH widths AS MATERIALIZED (
      SELECT DISTINCT ON (r.ai_provider, r.ai_organization_id, r.day) r.ai_provider, r.ai_organization_id, r.day, r.bucket_width
      FROM (
        SELECT ai_provider, ai_organization_id, day, bucket_width, min(read_at) FILTER (WHERE NOT refused) AS read_at, bool_or(refused) AS lacking
        FROM collected_usage WHERE day BETWEEN ${span.since}::date AND ${span.until}::date GROUP BY 1, 2, 3, 4 HAVING bool_or(NOT refused)
      ) r
      ORDER BY r.ai_provider, r.ai_organization_id, r.day, (r.read_at >= (r.day + 1)::timestamp AT TIME ZONE 'UTC') DESC, r.lacking, r.bucket_width = '1d' DESC
    ), days AS MATERIALIZED (
      SELECT p.id, p.ai_provider, p.ai_organization_id, w.day, w.bucket_width
      FROM projects p JOIN widths w ON w.ai_provider = p.ai_provider AND w.ai_organization_id = p.ai_organization_id
      WHERE ${where}
    )
    SELECT p.ai_provider AS provider, p.ai_organization_id AS "organizationId", p.id AS "projectId",
           to_char(u.bucket_start_time, 'YYYY-MM-DD') AS day, ${SQL.raw(byKeyAndBucket ? BUCKET : WHOLE_DAY)},
           u.endpoint, u.token_type AS "tokenType", u.unit, u.model, u.service_tier AS "serviceTier", u.batch,
           u.context_window AS "contextWindow", u.inference_geo AS "inferenceGeo", ${SQL.raw(byKeyAndBucket ? 'u.api_key_id' : `''::text`)} AS "apiKeyId",
           sum(u.quantity)::text AS quantity
    FROM days p
    JOIN usage_data u ON u.project_id = p.id AND u.bucket_width = p.bucket_width
      AND u.bucket_start_time >= p.day AND u.bucket_start_time < p.day + 1
    WHERE ${inDays('u.bucket_start_time', span)}
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    ORDER BY 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15`;
  return rows.map((row) => ({ ...row, quantity: parseDecimal(row.quantity) }));
}
