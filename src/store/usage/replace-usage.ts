import { formatDecimal } from '../../domain/decimal.js';
import type { UsageLine, UsageWrite } from '../../domain/usage.js';
import type { Transaction } from '../transaction.js';
import type { LockedUsageDay } from './collected-usage.js';

export interface ReplacedRows {
  inserted: number;
  updated: number;
  deleted: number;
}

/**
 * Replaces the answered days of each endpoint by their lines, in one statement: rows that differ are written, rows the
 * provider no longer reports are swept. A row that is equal is not touched. The other width, and endpoints that did not
 * answer for a day, are left alone.
 */
export async function replaceUsage(
  tx: Transaction,
  write: UsageWrite,
  {
    days,
    lines,
    projectIds,
  }: { days: readonly LockedUsageDay[]; lines: readonly UsageLine[]; projectIds: ReadonlyMap<string, string> },
): Promise<ReplacedRows> {
  const column = <T>(pick: (line: UsageLine) => T): T[] => lines.map(pick);
  const order = days.map(({ day }) => day).sort();
  const [row] = await tx.$queryRaw<[ReplacedRows]>`
    WITH incoming AS MATERIALIZED (
      SELECT * FROM unnest(
        ${column((line) => projectIds.get(line.providerProjectId) ?? '')}::text[],
        ${column((line) => line.bucketStart.toISOString())}::timestamp[],
        ${column((line) => line.bucketEnd.toISOString())}::timestamp[],
        ${column((line) => line.endpoint)}::text[],
        ${column((line) => line.tokenType)}::text[],
        ${column((line) => line.unit)}::text[],
        ${column((line) => line.model)}::text[],
        ${column((line) => line.serviceTier)}::text[],
        ${column((line) => line.batch)}::text[],
        ${column((line) => line.apiKeyId)}::text[],
        ${column((line) => line.contextWindow)}::text[],
        ${column((line) => line.inferenceGeo)}::text[],
        ${column((line) => line.detail)}::text[],
        ${column((line) => formatDecimal(line.quantity))}::numeric[]
      ) AS t (project_id, bucket_start_time, bucket_end_time, endpoint, token_type, unit, model, service_tier, batch, api_key_id,
              context_window, inference_geo, detail, quantity)
    ), stored AS MATERIALIZED (
      SELECT u.* FROM projects p JOIN usage_data u ON u.project_id = p.id
      WHERE p.ai_provider = ${write.provider} AND p.ai_organization_id = ${write.organizationId}
        AND u.bucket_width = ${write.width}
        AND u.bucket_start_time >= ${order[0]}::timestamp AND u.bucket_start_time < ${order.at(-1)}::timestamp + interval '1 day'
        AND (u.endpoint, u.bucket_start_time::date) IN (
          SELECT * FROM unnest(${days.map(({ endpoint }) => endpoint)}::text[], ${days.map(({ day }) => day)}::date[]))
    ), changed AS MATERIALIZED (
      SELECT i.*, s.id AS known FROM incoming i LEFT JOIN stored s
        USING (project_id, bucket_start_time, bucket_end_time, endpoint, token_type, unit, model, service_tier, batch, api_key_id,
               context_window, inference_geo, detail)
      WHERE s.id IS NULL OR s.quantity <> i.quantity
    ), written AS (
      INSERT INTO usage_data (id, bucket_width, project_id, bucket_start_time, bucket_end_time, endpoint, token_type, unit, model,
                              service_tier, batch, api_key_id, context_window, inference_geo, detail, quantity)
      SELECT gen_random_uuid()::text, ${write.width}, project_id, bucket_start_time, bucket_end_time, endpoint, token_type, unit, model,
             service_tier, batch, api_key_id, context_window, inference_geo, detail, quantity
      FROM changed
      ON CONFLICT (project_id, bucket_start_time, bucket_end_time, endpoint, token_type, unit, model, service_tier, batch, api_key_id,
                   context_window, inference_geo, detail) DO UPDATE SET quantity = excluded.quantity
    ), vanished AS (
      DELETE FROM usage_data u USING stored s
      WHERE u.id = s.id AND NOT EXISTS (
        SELECT FROM incoming i
        WHERE (i.project_id, i.bucket_start_time, i.bucket_end_time, i.endpoint, i.token_type, i.unit, i.model, i.service_tier, i.batch,
               i.api_key_id, i.context_window, i.inference_geo, i.detail)
            = (s.project_id, s.bucket_start_time, s.bucket_end_time, s.endpoint, s.token_type, s.unit, s.model, s.service_tier, s.batch,
               s.api_key_id, s.context_window, s.inference_geo, s.detail))
      RETURNING u.id
    )
    SELECT (SELECT count(*) FROM changed WHERE known IS NULL)::int AS inserted,
           (SELECT count(*) FROM changed WHERE known IS NOT NULL)::int AS updated,
           (SELECT count(*) FROM vanished)::int AS deleted`;
  return row;
}
