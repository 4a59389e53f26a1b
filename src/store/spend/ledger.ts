import { SQL } from '../sql.js';
import type { ChangeRow, Lateness } from '../../domain/changes.js';
import { dimensionOf, requireKept } from '../../domain/dimensions.js';
import type { ReportQuery, RestatedDay } from '../../domain/report.js';
import { committedAfter } from '../facts/commit-order.js';
import { inDays } from '../facts/stored-rows.js';
import type { Statements } from '../statements.js';
import { columnsOf, groupSpend } from './query.js';
import { wordsOf } from './relation.js';

const CURRENCY_AND_CAUSE = [SQL`c.currency`, SQL`c.cause`];

/** Days back that tell how late a provider changes its bills. */
const LATENESS_DAYS = 90;

/**
 * What changed in the bills of a span after an instant, by the words of the query and by cause. A day that was first read after
 * the instant counts with what it said then, and each later change of it by its own cause.
 */
export function readChanges(tx: Statements, query: ReportQuery, instant: Date): Promise<ChangeRow[]> {
  requireKept(wordsOf(query));
  const at = SQL`${instant.toISOString()}::timestamptz`;
  const columns = columnsOf(query);
  const of = (table: string) => SQL.raw(columns.map((name) => `, ${table}.${name}`).join(''));
  const rows = SQL`
    WITH entries AS (
      SELECT project_id, date_trunc('day', bucket_start_time) AS day, currency, coalesce(new_cost, 0) - coalesce(old_cost, 0) AS cost, cause ${of('restatements')}
      FROM restatements WHERE api_version = 'costs_v1' AND ${committedAfter(at, 'write_id', 'recorded_at')} AND ${inDays('bucket_start_time', query)}
    ), unread AS (
      SELECT ai_provider, ai_organization_id, day,
             CASE WHEN (day + 1)::timestamp <= ${at} AT TIME ZONE 'UTC' THEN 'gap-filled' ELSE 'new' END AS cause
      FROM collected_days
      WHERE api_version = 'costs_v1' AND ${committedAfter(at, 'first_write_id', 'first_read_at')} AND day BETWEEN ${query.since}::date AND ${query.until}::date
    )
    SELECT entries.*, 1 AS rows FROM entries
    UNION ALL
    SELECT d.project_id, date_trunc('day', d.bucket_start_time), d.currency, d.cost, u.cause ${of('d')}, 1
    FROM cost_data d JOIN projects o ON o.id = d.project_id
    JOIN unread u ON u.ai_provider = o.ai_provider AND u.ai_organization_id = o.ai_organization_id AND u.day = d.bucket_start_time::date
    WHERE d.api_version = 'costs_v1' AND ${inDays('bucket_start_time', query)}
    UNION ALL
    SELECT e.project_id, e.day, e.currency, -e.cost, u.cause ${of('e')}, 0
    FROM entries e JOIN projects o ON o.id = e.project_id
    JOIN unread u ON u.ai_provider = o.ai_provider AND u.ai_organization_id = o.ai_organization_id AND u.day = e.day::date`;
  return tx.$queryRaw<ChangeRow[]>`${groupSpend(
    { rows, filter: query, groupBy: query.groupBy },
    {
      by: CURRENCY_AND_CAUSE,
      select: [...CURRENCY_AND_CAUSE, SQL`sum(c.rows)::int AS rows`, SQL`trim_scale(sum(c.cost))::text AS difference`],
    },
  )} ORDER BY abs(sum(c.cost)) DESC`;
}

/** See `SpendReader.restated`. Tags hold as of the bucket's day, as everywhere. */
export async function readRestated(tx: Statements, query: ReportQuery): Promise<RestatedDay[]> {
  // The ledger knows nothing of what such a filter chooses by.
  if (wordsOf({ ...query, groupBy: [] }).some((word) => !dimensionOf(word).kept)) return [];
  const version = query.basis === 'usage' ? 'usage_v1' : 'costs_v1';
  const columns = columnsOf({ patterns: query.patterns ?? {} });
  const rows = SQL`
    SELECT project_id, date_trunc('day', bucket_start_time) AS day, currency, cause, recorded_at,
           coalesce(new_cost, 0) - coalesce(old_cost, 0) AS cost ${SQL.raw(columns.map((name) => `, ${name}`).join(''))}
    FROM restatements WHERE api_version::text = ${version} AND cause NOT IN ('open', 'regrouped', 'gap-filled') AND ${inDays('bucket_start_time', query)}`;
  return tx.$queryRaw<RestatedDay[]>`${groupSpend(
    { rows, filter: query, groupBy: ['day', 'project'] },
    {
      by: CURRENCY_AND_CAUSE,
      select: [
        ...CURRENCY_AND_CAUSE,
        SQL`count(*)::int AS rows`,
        SQL`trim_scale(sum(c.cost))::text AS difference`,
        SQL`max(c.recorded_at) AS "recordedAt"`,
      ],
    },
  )} ORDER BY day DESC, project, currency, cause`;
}

/** Only what providers changed of their own accord: what was forced or accepted says nothing about when they do. */
export async function readLateness(tx: Statements, teamId: string): Promise<Lateness[]> {
  return tx.$queryRaw<Lateness[]>`
    SELECT p.ai_provider AS provider, count(*)::int AS changes,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY l.days) AS median,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY l.days) AS p95, max(l.days) AS max
    FROM (
      SELECT project_id, (extract(epoch FROM recorded_at - bucket_end_time AT TIME ZONE 'UTC') / 86400)::float8 AS days
      FROM restatements
      WHERE api_version = 'costs_v1' AND cause IN ('late', 'provider') AND recorded_at > now() - make_interval(days => ${LATENESS_DAYS}::int)
    ) l JOIN projects p ON p.id = l.project_id
    WHERE p.team_id = ${teamId} AND p.ai_provider IS NOT NULL
    GROUP BY 1 ORDER BY 1`;
}
