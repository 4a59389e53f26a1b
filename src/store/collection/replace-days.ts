import type { CostLine } from '../../domain/bucket.js';
import type { RestatementCause, WindowWrite } from '../../domain/collection.js';
import { dayState } from '../../domain/coverage.js';
import type { Day } from '../../domain/day.js';
import type { Transaction } from '../transaction.js';
import type { LockedDay } from './collected-days.js';
import { incomingLines } from './incoming-lines.js';
import { storedRows } from './stored-rows.js';

export interface ReplaceOutcome {
  inserted: number;
  updated: number;
  deleted: number;
  changedDays: Day[];
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
 * All parts of the statement see the rows as they were before it, which is how `changed` knows the old amounts. What was
 * answered meets what is stored in a full join, for which PostgreSQL has no plan that compares every row with every other:
 * statistics that are missing or old, as they are in the first minutes of a table, cannot make it slow.
 */
export async function replaceDays(
  tx: Transaction,
  { write, days, lines, projectIds, accepted }: Replacement,
): Promise<ReplaceOutcome> {
  const ledger = ledgerOf(write, days, accepted);
  const [first, last] = [days[0]?.day, days.at(-1)?.day];
  if (first === undefined || last === undefined)
    return { inserted: 0, updated: 0, deleted: 0, changedDays: [], restated: [] };

  const [row] = await tx.$queryRaw<[ReplaceOutcome]>`
    WITH changed AS MATERIALIZED (
      SELECT project_id, bucket_start_time, bucket_end_time, line_item, CASE WHEN i.cost IS NULL THEN s.currency ELSE i.currency END AS currency, i.cost, i.quantity,
             i.quantity_unit, CASE WHEN i.cost IS NULL THEN s.model ELSE i.model END AS model, i.cost_type, i.token_type, i.service_tier, i.context_window, i.inference_geo,
             s.id AS known, s.cost AS old_cost, i.cost IS NULL AS gone
      FROM (${incomingLines(lines, projectIds)}) i FULL JOIN (
        SELECT c.* FROM ${storedRows(write, first, last)}
        WHERE c.bucket_start_time::date = ANY(${days.map(({ day }) => day)}::date[])
      ) s USING (project_id, bucket_start_time, bucket_end_time, line_item)
      WHERE s.id IS NULL OR i.cost IS NULL
        OR (s.currency, s.cost, s.quantity, s.quantity_unit, s.model, s.cost_type, s.token_type, s.service_tier, s.context_window, s.inference_geo)
        IS DISTINCT FROM
           (i.currency, i.cost, i.quantity, i.quantity_unit, i.model, i.cost_type, i.token_type, i.service_tier, i.context_window, i.inference_geo)
    ), written AS (
      INSERT INTO cost_data (id, project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, cost, quantity,
                             quantity_unit, model, cost_type, token_type, service_tier, context_window, inference_geo)
      SELECT gen_random_uuid()::text, project_id, 'costs_v1', bucket_start_time, bucket_end_time, line_item, currency, cost, quantity,
             quantity_unit, model, cost_type, token_type, service_tier, context_window, inference_geo
      FROM changed WHERE NOT gone
      ON CONFLICT (project_id, bucket_start_time, bucket_end_time, line_item, api_version) DO UPDATE SET
        currency = excluded.currency, cost = excluded.cost, quantity = excluded.quantity, quantity_unit = excluded.quantity_unit,
        model = excluded.model, cost_type = excluded.cost_type, token_type = excluded.token_type,
        service_tier = excluded.service_tier, context_window = excluded.context_window, inference_geo = excluded.inference_geo
    ), vanished AS (
      DELETE FROM cost_data WHERE id = ANY (ARRAY (SELECT known FROM changed WHERE gone))
      RETURNING id
    ), restated AS (
      INSERT INTO restatements (project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, model,
                                old_cost, new_cost, cause, run_id, recorded_at)
      SELECT r.project_id, 'costs_v1', r.bucket_start_time, r.bucket_end_time, r.line_item, r.currency, r.model, r.old_cost, r.cost,
             coalesce(d.cause, CASE WHEN r.old_cost IS NULL THEN 'late' ELSE 'provider' END), ${write.runId}, clock_timestamp()
      FROM changed r
      JOIN unnest(${ledger.map(({ day }) => day)}::date[], ${ledger.map(({ cause }) => cause)}::text[]) AS d (day, cause)
        ON d.day = r.bucket_start_time::date
      WHERE r.old_cost IS DISTINCT FROM r.cost
      RETURNING bucket_start_time, currency, old_cost, new_cost, cause
    )
    SELECT (SELECT count(*) FROM changed WHERE known IS NULL)::int AS inserted,
           (SELECT count(*) FROM changed WHERE known IS NOT NULL AND NOT gone)::int AS updated,
           (SELECT count(*) FROM vanished)::int AS deleted,
           ARRAY (SELECT DISTINCT to_char(bucket_start_time, 'YYYY-MM-DD') FROM changed) AS "changedDays",
           (SELECT coalesce(json_agg(r), '[]') FROM (
             SELECT to_char(bucket_start_time, 'YYYY-MM-DD') AS day, currency, count(*)::int AS rows,
                    sum(coalesce(new_cost, 0) - coalesce(old_cost, 0))::text AS difference
             FROM restated WHERE cause <> 'open' GROUP BY 1, 2) r) AS restated`;
  return row;
}

/**
 * The days whose changes are kept: all that had been read, so that any earlier state can be told again. Each has a cause where
 * the answer itself does not tell it (added: late; else provider); one that had not been read after its end just went on.
 */
function ledgerOf(
  write: WindowWrite,
  days: readonly LockedDay[],
  accepted: boolean,
): { day: Day; cause: RestatementCause | 'open' | null }[] {
  return days
    .filter(({ readAt }) => readAt !== null)
    .map(({ day, readAt, firstClosedReadAt }) => ({
      day,
      cause: firstClosedReadAt === null ? 'open' : causeOf(write, dayState(day, readAt) === 'settled', accepted),
    }));
}

function causeOf(write: WindowWrite, settled: boolean, accepted: boolean): RestatementCause | null {
  if (accepted) return 'accepted';
  return write.forced && settled ? 'forced' : null;
}
