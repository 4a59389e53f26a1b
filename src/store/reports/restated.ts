import { Prisma, type PrismaClient } from '../../generated/prisma/client.js';
import type { ReportQuery, RestatedDay } from '../../domain/report.js';
import { joinTags, rowFilters } from './rows.js';

/** See `ReportStore.restated`. Tags hold as of the bucket's day, as everywhere. */
export function readRestated(prisma: PrismaClient, query: ReportQuery): Promise<RestatedDay[]> {
  const version = query.basis === 'usage' ? 'usage_v1' : 'costs_v1';
  return prisma.$queryRaw<RestatedDay[]>`
    SELECT to_char(c.day, 'YYYY-MM-DD') AS day, p.name AS project, p.id AS "projectId",
           coalesce(g.name, p.ai_organization_id) AS organization, c.currency, c.cause, count(*)::int AS rows,
           trim_scale(sum(coalesce(c.new_cost, 0) - coalesce(c.old_cost, 0)))::text AS difference,
           max(c.recorded_at) AS "recordedAt"
    FROM (
      SELECT project_id, date_trunc('day', bucket_start_time) AS day, line_item, currency, cause, old_cost, new_cost, recorded_at
      FROM restatements
      WHERE api_version::text = ${version} AND cause <> 'open' AND bucket_start_time >= ${query.since}::timestamp
        AND bucket_start_time < ${query.until}::timestamp + interval '1 day'
    ) c
    JOIN projects p ON p.id = c.project_id
    LEFT JOIN organizations g ON g.provider = p.ai_provider AND g.organization_id = p.ai_organization_id AND g.team_id = p.team_id
    ${joinTags(query)}
    WHERE ${Prisma.join(rowFilters(query), ' AND ')}
    GROUP BY c.day, p.id, g.name, c.currency, c.cause
    ORDER BY c.day DESC, p.name, c.currency, c.cause`;
}
