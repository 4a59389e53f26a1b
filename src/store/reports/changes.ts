import { Prisma, type PrismaClient } from '../../generated/prisma/client.js';
import type { ChangeRow, Lateness } from '../../domain/changes.js';
import type { ReportQuery } from '../../domain/report.js';
import { groupOf, joinTags, rowFilters } from './rows.js';

/** Days back that tell how late a provider changes its bills. */
const LATENESS_DAYS = 90;

/**
 * What changed in the bills of a span after an instant, by the words of the query and by cause. A day that was first read after
 * the instant counts with what it said then, and each later change of it by its own cause.
 */
export function readChanges(prisma: PrismaClient, query: ReportQuery, instant: Date): Promise<ChangeRow[]> {
  const at = Prisma.sql`${instant.toISOString()}::timestamptz`;
  const words = query.groupBy.map(groupOf);
  const by = words.flatMap((group) => group.by);
  const select = words.flatMap((group) => group.select);
  const inSpan = (start: Prisma.Sql) =>
    Prisma.sql`${start} >= ${query.since}::timestamp AND ${start} < ${query.until}::timestamp + interval '1 day'`;
  return prisma.$queryRaw<ChangeRow[]>`
    WITH entries AS (
      SELECT project_id, bucket_start_time AS day, line_item, model, currency, coalesce(new_cost, 0) - coalesce(old_cost, 0) AS cost, cause
      FROM restatements
      WHERE api_version = 'costs_v1' AND recorded_at > ${at} AND ${inSpan(Prisma.sql`bucket_start_time`)}
    ), unread AS (
      SELECT ai_provider, ai_organization_id, day,
             CASE WHEN (day + 1)::timestamp <= ${at} AT TIME ZONE 'UTC' THEN 'gap-filled' ELSE 'new' END AS cause
      FROM collected_days
      WHERE api_version = 'costs_v1' AND first_read_at > ${at} AND day BETWEEN ${query.since}::date AND ${query.until}::date
    )
    SELECT ${Prisma.join([...select, Prisma.sql`c.currency`, Prisma.sql`c.cause`, Prisma.sql`sum(c.rows)::int AS rows`, Prisma.sql`trim_scale(sum(c.cost))::text AS difference`])}
    FROM (
      SELECT *, 1 AS rows FROM entries
      UNION ALL
      SELECT d.project_id, d.bucket_start_time, d.line_item, d.model, d.currency, d.cost, u.cause, 1
      FROM cost_data d JOIN projects o ON o.id = d.project_id
      JOIN unread u ON u.ai_provider = o.ai_provider AND u.ai_organization_id = o.ai_organization_id AND u.day = d.bucket_start_time::date
      WHERE d.api_version = 'costs_v1' AND ${inSpan(Prisma.sql`d.bucket_start_time`)}
      UNION ALL
      SELECT e.project_id, e.day, e.line_item, e.model, e.currency, -e.cost, u.cause, 0
      FROM entries e JOIN projects o ON o.id = e.project_id
      JOIN unread u ON u.ai_provider = o.ai_provider AND u.ai_organization_id = o.ai_organization_id AND u.day = e.day::date
    ) c
    JOIN projects p ON p.id = c.project_id
    LEFT JOIN organizations g ON g.provider = p.ai_provider AND g.organization_id = p.ai_organization_id AND g.team_id = p.team_id
    ${joinTags(query)}
    WHERE ${Prisma.join(rowFilters(query), ' AND ')}
    GROUP BY ${Prisma.join([...by, Prisma.sql`c.currency`, Prisma.sql`c.cause`])}
    ORDER BY abs(sum(c.cost)) DESC`;
}

/** Only what providers changed of their own accord: what was forced or accepted says nothing about when they do. */
export async function readLateness(prisma: PrismaClient, teamId: string): Promise<Lateness[]> {
  return prisma.$queryRaw<Lateness[]>`
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
