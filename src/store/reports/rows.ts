import { Prisma, type PrismaClient } from '../../generated/prisma/client.js';
import type { Day } from '../../domain/day.js';
import type { GroupWord, ReportGroup, ReportQuery } from '../../domain/report.js';

export interface SummedRow extends ReportGroup {
  currency: string;
  cost: string;
  estimated: boolean;
  /** These two only where asked for by day. */
  ofDay?: Day;
  ofOrganization?: string | null;
}

/** What a word groups by, and what of it is shown; the shown columns depend on the grouped ones. */
const GROUPS: Record<GroupWord, { by: Prisma.Sql[]; select: Prisma.Sql[] }> = {
  provider: { by: [Prisma.sql`p.ai_provider`], select: [Prisma.sql`p.ai_provider AS provider`] },
  organization: {
    by: [Prisma.sql`p.ai_organization_id`, Prisma.sql`k.name`],
    select: [
      Prisma.sql`coalesce(k.name, p.ai_organization_id) AS organization`,
      Prisma.sql`p.ai_organization_id AS "organizationId"`,
    ],
  },
  // By its key: everything else of the project, and its organization, follows from it.
  project: {
    by: [Prisma.sql`p.id`, Prisma.sql`k.name`],
    select: [
      Prisma.sql`p.name AS project`,
      Prisma.sql`p.id AS "projectId"`,
      Prisma.sql`coalesce(k.name, p.ai_organization_id) AS organization`,
      Prisma.sql`p.ai_organization_id AS "organizationId"`,
      Prisma.sql`(p.linked_at IS NOT NULL OR p.ai_project_id IS NULL) AS linked`,
    ],
  },
  'line-item': { by: [Prisma.sql`c.line_item`], select: [Prisma.sql`c.line_item AS "lineItem"`] },
  model: { by: [Prisma.sql`c.model`], select: [Prisma.sql`c.model AS model`] },
  day: { by: [Prisma.sql`c.day`], select: [Prisma.sql`to_char(c.day, 'YYYY-MM-DD') AS day`] },
  week: {
    by: [Prisma.sql`date_trunc('week', c.day)`],
    select: [Prisma.sql`to_char(date_trunc('week', c.day), 'IYYY-"W"IW') AS week`],
  },
  month: {
    by: [Prisma.sql`date_trunc('month', c.day)`],
    select: [Prisma.sql`to_char(date_trunc('month', c.day), 'YYYY-MM') AS month`],
  },
};

const DAYS = {
  by: [Prisma.sql`c.day`, Prisma.sql`p.ai_organization_id`],
  select: [Prisma.sql`to_char(c.day, 'YYYY-MM-DD') AS "ofDay"`, Prisma.sql`p.ai_organization_id AS "ofOrganization"`],
};

/**
 * Sums by the words of the query, exact, in PostgreSQL. Billed cost wins: an estimate (usage, or a row of the old system)
 * counts only where its project has no bill that day. Two currencies are never added.
 * @param byDay a row for each day, too
 */
export async function sumRows(prisma: PrismaClient, query: ReportQuery, { byDay = false } = {}): Promise<SummedRow[]> {
  const { basis = 'best' } = query;
  const [billed, estimated] = await Promise.all([
    basis === 'usage' ? [] : sum(prisma, query, byDay, billedRows(query), false),
    basis === 'billed' ? [] : sum(prisma, query, byDay, estimatedRows(query, basis === 'best'), true),
  ]);
  return [...billed, ...estimated];
}

function sum(
  prisma: PrismaClient,
  query: ReportQuery,
  byDay: boolean,
  rows: Prisma.Sql,
  estimated: boolean,
): Promise<SummedRow[]> {
  const words = query.groupBy.map((word) => GROUPS[word]);
  const days = byDay ? [DAYS] : [];
  const by = [...words, ...days].flatMap((group) => group.by);
  const select = [...words, ...days].flatMap((group) => group.select);
  return prisma.$queryRaw<SummedRow[]>`
    SELECT ${Prisma.join([...select, Prisma.sql`c.currency`, Prisma.sql`trim_scale(sum(c.cost))::text AS cost`, Prisma.sql`${estimated}::boolean AS estimated`])}
    FROM (${rows}) c
    JOIN projects p ON p.id = c.project_id
    LEFT JOIN organization_api_keys k ON k.provider = p.ai_provider AND k.organization_id = p.ai_organization_id
    WHERE ${Prisma.join(projectFilters(query), ' AND ')}
    GROUP BY ${Prisma.join([...by, Prisma.sql`c.currency`])}`;
}

function projectFilters({ teamId, provider, organizationId, projectId }: ReportQuery): Prisma.Sql[] {
  return [
    Prisma.sql`p.team_id = ${teamId}`,
    ...(provider === undefined ? [] : [Prisma.sql`p.ai_provider = ${provider}`]),
    ...(organizationId === undefined ? [] : [Prisma.sql`p.ai_organization_id = ${organizationId}`]),
    ...(projectId === undefined ? [] : [Prisma.sql`p.id = ${projectId}`]),
  ];
}

/** What was charged. The source of the figures, in one place, so that another one (as of a time) can stand in for it. */
function billedRows({ since, until }: ReportQuery): Prisma.Sql {
  return Prisma.sql`
    SELECT project_id, bucket_start_time AS day, line_item, model, currency, cost FROM cost_data
    WHERE api_version = 'costs_v1' AND bucket_start_time >= ${since}::timestamp AND bucket_start_time < ${until}::timestamp + interval '1 day'`;
}

/**
 * What is only estimated, and rows of the old system (in dollars). Both speak of the same usage: where a project's day was
 * estimated from collected usage, its old rows are left out.
 * @param unbilledOnly only for projects and days without a bill
 */
function estimatedRows({ since, until }: ReportQuery, unbilledOnly: boolean): Prisma.Sql {
  const unbilled = Prisma.sql`AND NOT EXISTS (
      SELECT FROM cost_data b
      WHERE b.project_id = e.project_id AND b.api_version = 'costs_v1' AND b.bucket_start_time = e.day)`;
  return Prisma.sql`
    SELECT e.project_id, e.day, e.line_item, e.model, e.currency, e.cost FROM (
      SELECT project_id, date_trunc('day', bucket_start_time) AS day, line_item, model, currency, cost FROM cost_data
      WHERE api_version = 'usage_v1' AND bucket_start_time >= ${since}::timestamp AND bucket_start_time < ${until}::timestamp + interval '1 day'
      UNION ALL
      SELECT o.project_id, date_trunc('day', o.date), coalesce(o.line_item, o.service), o.model, coalesce(o.currency, 'USD'), o.cost FROM cost_data o
      WHERE o.api_version = 'usage_v1' AND o.bucket_start_time IS NULL AND o.date >= ${since}::timestamp AND o.date < ${until}::timestamp + interval '1 day'
        AND NOT EXISTS (
          SELECT FROM cost_data u
          WHERE u.project_id = o.project_id AND u.api_version = 'usage_v1' AND u.bucket_start_time >= date_trunc('day', o.date)
            AND u.bucket_start_time < date_trunc('day', o.date) + interval '1 day')
    ) e
    WHERE true ${unbilledOnly ? unbilled : Prisma.empty}`;
}
