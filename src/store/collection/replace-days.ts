import type { CostLine } from '../../domain/bucket.js';
import type { RestatementCause, WindowWrite } from '../../domain/collection.js';
import { dayState } from '../../domain/coverage.js';
import type { Day } from '../../domain/day.js';
import { formatDecimal } from '../../domain/decimal.js';
import type { Transaction } from '../transaction.js';
import { isClosed, type LockedDay } from './collected-days.js';

export interface ReplaceOutcome {
  inserted: number;
  updated: number;
  deleted: number;
  restated: { day: Day; currency: string; rows: number; difference: string }[];
}

export interface Replacement {
  write: WindowWrite;
  days: readonly LockedDay[];
  lines: readonly CostLine[];
  projectIds: ReadonlyMap<string, string>;
  /** The guard would have refused this answer. */
  accepted: boolean;
}

/**
 * Replaces whole days by their lines, in one statement: rows that differ are written, rows the provider no longer
 * reports are swept, and both are recorded where the day had been read after its end. A row that is equal is not
 * touched: no tuple, no lock, no WAL.
 *
 * All parts of the statement see the rows as they were before it, which is how `changed` knows the old amounts.
 */
export async function replaceDays(
  tx: Transaction,
  { write, days, lines, projectIds, accepted }: Replacement,
): Promise<ReplaceOutcome> {
  const ledger = ledgerOf(write, days, accepted);
  const column = <T>(pick: (line: CostLine) => T): T[] => lines.map(pick);
  const first = days[0]?.day;
  const last = days.at(-1)?.day;

  const [row] = await tx.$queryRaw<
    [{ inserted: number; updated: number; deleted: number; restated: ReplaceOutcome['restated'] }]
  >`
    WITH incoming AS MATERIALIZED (
      SELECT * FROM unnest(
        ${column((line) => projectIds.get(line.providerProjectId) ?? '')}::text[],
        ${column((line) => line.bucketStart.toISOString())}::timestamp[],
        ${column((line) => line.bucketEnd.toISOString())}::timestamp[],
        ${column((line) => line.lineItem)}::text[],
        ${column((line) => line.currency)}::text[],
        ${column((line) => formatDecimal(line.cost))}::numeric[],
        ${column((line) => (line.quantity === null ? null : formatDecimal(line.quantity)))}::numeric[],
        ${column((line) => line.quantityUnit)}::text[],
        ${column((line) => line.model)}::text[],
        ${column((line) => line.costType)}::text[],
        ${column((line) => line.tokenType)}::text[],
        ${column((line) => line.serviceTier)}::text[],
        ${column((line) => line.contextWindow)}::text[],
        ${column((line) => line.inferenceGeo)}::text[]
      ) AS t (project_id, bucket_start_time, bucket_end_time, line_item, currency, cost, quantity, quantity_unit, model,
              cost_type, token_type, service_tier, context_window, inference_geo)
    ), stored AS MATERIALIZED (
      SELECT c.* FROM projects p JOIN cost_data c ON c.project_id = p.id
      WHERE p.ai_provider = ${write.provider} AND p.ai_organization_id = ${write.organizationId}
        AND c.api_version = 'costs_v1'
        AND c.bucket_start_time >= ${first}::timestamp AND c.bucket_start_time < ${last}::timestamp + interval '1 day'
        AND c.bucket_start_time::date = ANY(${days.map(({ day }) => day)}::date[])
    ), changed AS MATERIALIZED (
      SELECT i.*, s.id AS known, s.cost AS old_cost
      FROM incoming i LEFT JOIN stored s USING (project_id, bucket_start_time, bucket_end_time, line_item)
      WHERE s.id IS NULL
        OR (s.currency, s.cost, s.quantity, s.quantity_unit, s.model, s.cost_type, s.token_type, s.service_tier, s.context_window, s.inference_geo)
        IS DISTINCT FROM
           (i.currency, i.cost, i.quantity, i.quantity_unit, i.model, i.cost_type, i.token_type, i.service_tier, i.context_window, i.inference_geo)
    ), written AS (
      INSERT INTO cost_data (id, project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, cost, quantity,
                             quantity_unit, model, cost_type, token_type, service_tier, context_window, inference_geo)
      SELECT gen_random_uuid()::text, project_id, 'costs_v1', bucket_start_time, bucket_end_time, line_item, currency, cost, quantity,
             quantity_unit, model, cost_type, token_type, service_tier, context_window, inference_geo
      FROM changed
      ON CONFLICT (project_id, bucket_start_time, bucket_end_time, line_item, api_version) DO UPDATE SET
        currency = excluded.currency, cost = excluded.cost, quantity = excluded.quantity, quantity_unit = excluded.quantity_unit,
        model = excluded.model, cost_type = excluded.cost_type, token_type = excluded.token_type,
        service_tier = excluded.service_tier, context_window = excluded.context_window, inference_geo = excluded.inference_geo
    ), vanished AS (
      DELETE FROM cost_data c USING stored s
      WHERE c.id = s.id AND NOT EXISTS (
        SELECT FROM incoming i
        WHERE i.project_id = s.project_id AND i.bucket_start_time = s.bucket_start_time
          AND i.bucket_end_time = s.bucket_end_time AND i.line_item = s.line_item)
      RETURNING c.*
    ), restated AS (
      INSERT INTO restatements (project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, model,
                                old_cost, new_cost, cause, run_id, recorded_at)
      SELECT r.project_id, 'costs_v1', r.bucket_start_time, r.bucket_end_time, r.line_item, r.currency, r.model,
             r.old_cost, r.new_cost,
             coalesce(d.cause, CASE WHEN r.old_cost IS NULL THEN 'late' ELSE 'provider' END), ${write.runId}, clock_timestamp()
      FROM (
        SELECT project_id, bucket_start_time, bucket_end_time, line_item, currency, model, old_cost, cost AS new_cost FROM changed
        WHERE old_cost IS DISTINCT FROM cost
        UNION ALL
        SELECT project_id, bucket_start_time, bucket_end_time, line_item, currency, model, cost, NULL FROM vanished
      ) r JOIN unnest(${ledger.map(({ day }) => day)}::date[], ${ledger.map(({ cause }) => cause)}::text[]) AS d (day, cause)
        ON d.day = r.bucket_start_time::date
      RETURNING bucket_start_time, currency, old_cost, new_cost
    )
    SELECT (SELECT count(*) FROM changed WHERE known IS NULL)::int AS inserted,
           (SELECT count(*) FROM changed WHERE known IS NOT NULL)::int AS updated,
           (SELECT count(*) FROM vanished)::int AS deleted,
           (SELECT coalesce(json_agg(r), '[]') FROM (
             SELECT to_char(bucket_start_time, 'YYYY-MM-DD') AS day, currency, count(*)::int AS rows,
                    sum(coalesce(new_cost, 0) - coalesce(old_cost, 0))::text AS difference
             FROM restated GROUP BY 1, 2) r) AS restated`;
  return row;
}

/** The days whose changes are kept, each with a cause where the answer itself does not tell it (added: late; else provider). */
function ledgerOf(
  write: WindowWrite,
  days: readonly LockedDay[],
  accepted: boolean,
): { day: Day; cause: RestatementCause | null }[] {
  return days
    .filter(({ day, firstClosedReadAt }) => firstClosedReadAt !== null && isClosed(day, write.requestedAt))
    .map(({ day, readAt }) => ({ day, cause: causeOf(write, dayState(day, readAt) === 'settled', accepted) }));
}

function causeOf(write: WindowWrite, settled: boolean, accepted: boolean): RestatementCause | null {
  if (accepted) return 'accepted';
  return write.forced && settled ? 'forced' : null;
}
