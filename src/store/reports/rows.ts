import { Prisma, type PrismaClient } from '../../generated/prisma/client.js';
import type { Day, DaySpan } from '../../domain/day.js';
import {
  isTagWord,
  tagKeyOf,
  type GROUP_WORDS,
  type GroupWord,
  type ReportGroup,
  type ReportQuery,
  type RowFilter,
} from '../../domain/report.js';
import { billedRowsAsOf } from './as-of.js';
import { checkTagKey, type TagKey } from '../../domain/tag.js';

export interface SummedRow extends ReportGroup {
  currency: string;
  cost: string;
  estimated: boolean;
  /** These two only where asked for by day. */
  ofDay?: Day;
  ofOrganization?: string | null;
}

/** What a word groups by, and what of it is shown; the shown columns depend on the grouped ones. */
const GROUPS: Record<(typeof GROUP_WORDS)[number], { by: Prisma.Sql[]; select: Prisma.Sql[] }> = {
  provider: { by: [Prisma.sql`p.ai_provider`], select: [Prisma.sql`p.ai_provider AS provider`] },
  organization: {
    by: [Prisma.sql`p.ai_organization_id`, Prisma.sql`g.name`],
    select: [
      Prisma.sql`coalesce(g.name, p.ai_organization_id) AS organization`,
      Prisma.sql`p.ai_organization_id AS "organizationId"`,
    ],
  },
  // By its key: everything else of the project, and its organization, follows from it.
  project: {
    by: [Prisma.sql`p.id`, Prisma.sql`g.name`],
    select: [
      Prisma.sql`p.name AS project`,
      Prisma.sql`p.id AS "projectId"`,
      Prisma.sql`coalesce(g.name, p.ai_organization_id) AS organization`,
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
export function sumRows(prisma: PrismaClient, query: ReportQuery, { byDay = false } = {}): Promise<SummedRow[]> {
  const { basis = 'best' } = query;
  const sums = [
    ...(basis === 'usage' ? [] : [sum(query, byDay, billedRows(query), false)]),
    ...(basis === 'billed' ? [] : [sum(query, byDay, estimatedRows(query, basis === 'best'), true)]),
  ];
  // One statement sees one state: asked apart, a bill that arrives in between would be in neither of the two.
  return prisma.$queryRaw<SummedRow[]>`${Prisma.join(sums, ' UNION ALL ')}`;
}

function sum(query: ReportQuery, byDay: boolean, rows: Prisma.Sql, estimated: boolean): Prisma.Sql {
  const words = query.groupBy.map(groupOf);
  const days = byDay ? [DAYS] : [];
  const by = [...words, ...days].flatMap((group) => group.by);
  const select = [...words, ...days].flatMap((group) => group.select);
  return Prisma.sql`
    SELECT ${Prisma.join([...select, Prisma.sql`c.currency`, Prisma.sql`trim_scale(sum(c.cost))::text AS cost`, Prisma.sql`${estimated}::boolean AS estimated`])}
    FROM (${addedUp(rows, query, byDay)}) c
    JOIN projects p ON p.id = c.project_id
    LEFT JOIN organizations g ON g.provider = p.ai_provider AND g.organization_id = p.ai_organization_id AND g.team_id = p.team_id
    ${joinTags(query)}
    WHERE ${Prisma.join(rowFilters(query), ' AND ')}
    GROUP BY ${Prisma.join([...by, Prisma.sql`c.currency`])}`;
}

/**
 * Rows added up as far as that goes without their projects' names. What is left is so little that joining names to it and
 * filtering it costs nothing; joined first, a report over millions of rows takes four times as long.
 */
function addedUp(rows: Prisma.Sql, query: ReportQuery, byDay: boolean): Prisma.Sql {
  const columns = [
    Prisma.sql`r.project_id`,
    Prisma.sql`r.currency`,
    ...periodOf(query, byDay),
    ...(query.groupBy.includes('line-item') || query.lineItem !== undefined ? [Prisma.sql`r.line_item`] : []),
    ...(query.groupBy.includes('model') ? [Prisma.sql`r.model`] : []),
  ];
  const { provider, organizationId, projectIds } = query;
  const few = provider !== undefined || organizationId !== undefined || projectIds !== undefined;
  const ofThem = Prisma.sql`WHERE r.project_id IN (SELECT p.id FROM projects p WHERE ${Prisma.join(projectFilters(query), ' AND ')})`;
  return Prisma.sql`
    SELECT ${Prisma.join(columns)}, sum(r.cost) AS cost FROM (${rows}) r ${few ? ofThem : Prisma.empty}
    GROUP BY ${Prisma.raw(columns.map((_, index) => index + 1).join(', '))}`;
}

/** The day, or the longest period that all words can be told from; nothing where no word asks for time. */
function periodOf({ groupBy, tags = [] }: ReportQuery, byDay: boolean): Prisma.Sql[] {
  const timed = groupBy.filter((word) => word === 'day' || word === 'week' || word === 'month');
  // A tag holds from a day on.
  if (byDay || tags.length > 0 || groupBy.some(isTagWord) || timed.length > 1) return [Prisma.sql`r.day`];
  return timed.map((word) => Prisma.sql`date_trunc(${word}::text, r.day) AS day`);
}

/** What a word groups by, and what of it is shown. */
export function groupOf(word: GroupWord): { by: Prisma.Sql[]; select: Prisma.Sql[] } {
  if (!isTagWord(word)) return GROUPS[word];
  const key = checkTagKey(tagKeyOf(word));
  return { by: [Prisma.sql`${tagColumn(key)}`], select: [Prisma.sql`${tagColumn(key)} AS ${Prisma.raw(`"${word}"`)}`] };
}

/** Safe in SQL: a tag key has nothing in it that would need to be escaped. */
function tagColumn(key: TagKey): Prisma.Sql {
  return Prisma.raw(`"tag:${key}".value`);
}

/**
 * One join a tag that is grouped or filtered by: the value that holds on the row's day. As spans, so that PostgreSQL makes
 * a small table of them once instead of looking for each row's.
 */
export function joinTags({
  groupBy = [],
  tags = [],
}: { groupBy?: readonly GroupWord[] } & Pick<RowFilter, 'tags'>): Prisma.Sql {
  const keys = new Set([...groupBy.filter(isTagWord).map(tagKeyOf), ...tags.map(({ key }) => key)].map(checkTagKey));
  const joins = [...keys].map(
    (key) => Prisma.sql`
    LEFT JOIN (
      SELECT project_id, value, valid_from, coalesce(lead(valid_from) OVER (PARTITION BY project_id ORDER BY valid_from), 'infinity') AS valid_until
      FROM project_tags WHERE key = ${key}
    ) ${Prisma.raw(`"tag:${key}"`)} ON ${Prisma.raw(`"tag:${key}".project_id = p.id AND c.day >= "tag:${key}".valid_from AND c.day < "tag:${key}".valid_until`)}`,
  );
  return joins.length === 0 ? Prisma.empty : Prisma.join(joins, ' ');
}

/** Conditions on the project `p`. */
function projectFilters({ teamId, provider, organizationId, projectIds }: RowFilter): Prisma.Sql[] {
  return [
    Prisma.sql`p.team_id = ${teamId}`,
    ...(provider === undefined ? [] : [Prisma.sql`p.ai_provider = ${provider}`]),
    ...(organizationId === undefined ? [] : [Prisma.sql`p.ai_organization_id = ${organizationId}`]),
    ...(projectIds === undefined ? [] : [Prisma.sql`p.id = ANY (${[...projectIds]}::text[])`]),
  ];
}

/** Conditions on the project `p`, the row `c` and the joined tags. */
export function rowFilters(filter: RowFilter): Prisma.Sql[] {
  const { lineItem, tags = [] } = filter;
  return [
    ...projectFilters(filter),
    ...(lineItem === undefined ? [] : [Prisma.sql`c.line_item LIKE ${likePattern(lineItem)}`]),
    ...tags.map(({ key, value }) => Prisma.sql`${tagColumn(checkTagKey(key))} IS NOT DISTINCT FROM ${value}::text`),
  ];
}

/** `*` and `?` as LIKE writes them; everything else stands for itself. */
function likePattern(glob: string): string {
  return glob
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_');
}

/**
 * What was charged, now or as of an instant. The source of the figures, in one place.
 * @param more further columns of `cost_data`, each after a comma; not as of an instant, which keeps costs alone
 */
export function billedRows(
  { since, until, asOf }: DaySpan & Pick<ReportQuery, 'asOf'>,
  more = Prisma.empty,
): Prisma.Sql {
  if (asOf !== undefined) return billedRowsAsOf({ since, until }, asOf);
  return Prisma.sql`
    SELECT project_id, bucket_start_time AS day, line_item, model, currency, cost ${more} FROM cost_data
    WHERE api_version = 'costs_v1' AND bucket_start_time >= ${since}::timestamp AND bucket_start_time < ${until}::timestamp + interval '1 day'`;
}

/**
 * What is only estimated, and rows of the old system (in dollars). Both speak of the same usage: where a project's day was
 * estimated from collected usage, its old rows are left out.
 * @param unbilledOnly only for projects and days without a bill
 * @param more further columns of `cost_data`, each after a comma
 */
export function estimatedRows({ since, until }: DaySpan, unbilledOnly: boolean, more = Prisma.empty): Prisma.Sql {
  const unbilled = Prisma.sql`AND NOT EXISTS (
      SELECT FROM cost_data b
      WHERE b.project_id = e.project_id AND b.api_version = 'costs_v1' AND b.bucket_start_time = e.day)`;
  return Prisma.sql`
    SELECT e.project_id, e.day, e.line_item, e.model, e.currency, e.cost ${more} FROM (
      SELECT project_id, date_trunc('day', bucket_start_time) AS day, line_item, model, currency, cost ${more} FROM cost_data
      WHERE api_version = 'usage_v1' AND bucket_start_time >= ${since}::timestamp AND bucket_start_time < ${until}::timestamp + interval '1 day'
      UNION ALL
      SELECT o.project_id, date_trunc('day', o.date), coalesce(o.line_item, o.service), o.model, coalesce(o.currency, 'USD'), o.cost ${more} FROM cost_data o
      WHERE o.api_version = 'usage_v1' AND o.bucket_start_time IS NULL AND o.date >= ${since}::timestamp AND o.date < ${until}::timestamp + interval '1 day'
        AND NOT EXISTS (
          SELECT FROM cost_data u
          WHERE u.project_id = o.project_id AND u.api_version = 'usage_v1' AND u.bucket_start_time >= date_trunc('day', o.date)
            AND u.bucket_start_time < date_trunc('day', o.date) + interval '1 day')
    ) e
    WHERE true ${unbilledOnly ? unbilled : Prisma.empty}`;
}
