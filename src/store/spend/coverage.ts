import { SQL, type Sql } from '../sql.js';
import { billedDaysAsOf } from './as-of.js';
import { isMissing } from '../../domain/compared-days.js';
import { daysOf, type Day, type DaySpan } from '../../domain/day.js';
import { groupBy } from '../../domain/group-into.js';
import { organizationRef } from '../../domain/organization.js';
import type { OrganizationDays, ReportQuery } from '../../domain/report.js';
import { adoptedDays } from '../facts/adopted-days.js';
import { latestWrite } from '../facts/commit-order.js';
import { isAhead } from '../facts/read-ahead.js';
import { columnsOf } from './query.js';
import { billSources } from './relation.js';
import type { Statements } from '../statements.js';

const BILLED_DAYS = SQL`SELECT ai_provider, ai_organization_id, day, read_at FROM collected_days WHERE api_version = 'costs_v1' AND NOT ${isAhead('read_at')}`;
/** A day of usage is as old as the oldest of its reports, at the width that was read last. */
const usageDays = (condition: Sql) => SQL`
  SELECT ai_provider, ai_organization_id, day, max(read_at) AS read_at FROM (
    SELECT ai_provider, ai_organization_id, day, bucket_width, min(read_at) AS read_at
    FROM collected_usage u WHERE NOT refused AND NOT ${isAhead('read_at')} AND ${condition} GROUP BY 1, 2, 3, 4
  ) w GROUP BY 1, 2, 3`;
const HAS_NO_BILL = SQL`NOT EXISTS (
  SELECT FROM collected_days b
  WHERE b.ai_provider = u.ai_provider AND b.ai_organization_id = u.ai_organization_id AND b.api_version = 'costs_v1')`;

type DaysQuery = Pick<
  ReportQuery,
  'teamId' | 'provider' | 'organizationId' | 'projectIds' | 'tags' | 'basis' | 'asOf' | 'patterns'
> &
  Partial<Pick<ReportQuery, 'groupBy'>>;

/**
 * The days that were read in a span of each organization the team registered, those without a key included, and of those
 * that another team collects into a project of this one: they are told by their id alone.
 */
export async function readDays(tx: Statements, query: DaysQuery, span: DaySpan): Promise<OrganizationDays[]> {
  return (await readDaysAndWrite(tx, query, span)).organizations;
}

/** The same, and the latest write that the statement sees by the instant of the query; null where no day was read. */
export async function readDaysAndWrite(
  tx: Statements,
  query: DaysQuery,
  span: DaySpan,
): Promise<{ organizations: OrganizationDays[]; latestWrite: Date | null }> {
  const rows = await tx.$queryRaw<
    (Omit<OrganizationDays, 'readAt' | 'adopted' | 'reportsDue'> & {
      day: Day | null;
      readAt: Date | null;
      isReportDue: boolean;
      latestWrite: Date | null;
    })[]
  >`
    WITH relevant AS (
      SELECT provider, organization_id, name, source FROM organizations WHERE team_id = ${query.teamId}
      UNION ALL
      SELECT DISTINCT p.ai_provider, p.ai_organization_id, p.ai_organization_id, 'key' FROM projects p
      WHERE p.team_id = ${query.teamId} AND p.ai_organization_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM organizations g WHERE g.provider = p.ai_provider AND g.organization_id = p.ai_organization_id AND g.team_id = p.team_id)
    )
    SELECT o.provider, o.organization_id AS "organizationId", o.name AS organization, coalesce(k.is_active, false) AS "isActive",
           o.source = 'files' AS "isOfFiles",
           r.reach, to_char(d.day, 'YYYY-MM-DD') AS day, d.read_at AS "readAt", ${isReportDue(query)} AS "isReportDue", ${latestWrite(query.asOf)} AS "latestWrite"
    FROM relevant o LEFT JOIN organization_api_keys k ON k.provider = o.provider AND k.organization_id = o.organization_id
    LEFT JOIN (
      SELECT ai_provider, ai_organization_id, json_build_object('since', min(day), 'until', max(day)) AS reach FROM (${daysOfBasis(query, span)}) e
      WHERE read_at IS NOT NULL GROUP BY 1, 2
    ) r ON r.ai_provider = o.provider AND r.ai_organization_id = o.organization_id
    LEFT JOIN (${daysOfBasis(query, span)}) d
      ON d.ai_provider = o.provider AND d.ai_organization_id = o.organization_id
      AND d.day BETWEEN ${span.since}::date AND ${span.until}::date
    WHERE (${query.provider ?? null}::text IS NULL OR o.provider = ${query.provider ?? null})
      AND (${query.organizationId ?? null}::text IS NULL OR o.organization_id = ${query.organizationId ?? null})
      AND ${ownsProjects(query)}
    ORDER BY o.provider, o.name, d.day`;
  const organizations = [...groupBy(rows, organizationRef).values()].map((own): OrganizationDays => {
    const { provider, organizationId, organization, isActive, isOfFiles, reach } = own[0];
    const days = own.flatMap(({ day, readAt, isReportDue }) => (day === null ? [] : [{ day, readAt, isReportDue }]));
    return {
      ...{ provider, organizationId, organization, isActive, isOfFiles, reach },
      readAt: new Map(days.flatMap(({ day, readAt }) => (readAt === null ? [] : [[day, readAt] as const]))),
      adopted: new Set(days.flatMap(({ day, readAt }) => (readAt === null ? [day] : []))),
      reportsDue: new Set(days.flatMap(({ day, isReportDue }) => (isReportDue ? [day] : []))),
    };
  });
  const read = rows.find(({ readAt }) => readAt !== null);
  return { organizations, latestWrite: read?.latestWrite ?? null };
}

/** Where no bill was ever read, estimates are all there is: the days of an organization are those of its usage. */
function daysOfBasis({ basis, asOf }: Pick<ReportQuery, 'basis' | 'asOf'>, span: DaySpan): Sql {
  if (basis === 'usage') return usageDays(SQL`true`);
  const read = asOf === undefined ? BILLED_DAYS : billedDaysAsOf(asOf);
  const bills = SQL`${read} UNION ALL SELECT ai_provider, ai_organization_id, day, NULL FROM (${adoptedDays(span)}) a`;
  return basis === 'billed' ? bills : SQL`${bills} UNION ALL ${usageDays(HAS_NO_BILL)}`;
}

/** Whether the bill of `d.day` was read, and not yet the report beside it that tells the words of the query. */
function isReportDue(query: DaysQuery): Sql {
  const sources = query.basis === 'usage' ? [] : billSources(columnsOf(query));
  if (sources.length === 0) return SQL`false`;
  return SQL`EXISTS (
    SELECT FROM collected_days c
    WHERE c.ai_provider = d.ai_provider AND c.ai_organization_id = d.ai_organization_id AND c.api_version = 'costs_v1'
      AND c.day = d.day AND c.reports_due && ${[...sources]}::text[])`;
}

/** Where projects are chosen, by name or by a tag they ever had: the days of other organizations say nothing about them. */
function ownsProjects({ projectIds, tags = [] }: Pick<ReportQuery, 'projectIds' | 'tags'>): Sql {
  const chosen = [
    ...(projectIds === undefined ? [] : [SQL`p.id = ANY (${[...projectIds]}::text[])`]),
    ...tags.flatMap(({ key, value }) =>
      value === null
        ? []
        : [
            SQL`EXISTS (SELECT FROM project_tags t WHERE t.project_id = p.id AND t.key = ${key} AND t.value = ${value})`,
          ],
    ),
  ];
  if (chosen.length === 0) return SQL`true`;
  return SQL`EXISTS (
    SELECT FROM projects p
    WHERE p.ai_provider = o.provider AND p.ai_organization_id = o.organization_id AND ${SQL.join(chosen, ' AND ')})`;
}

/** Days of a span up to today that were read of every organization that is collected: one of them without a row cost nothing. */
export function readOfAll(organizations: readonly OrganizationDays[], span: DaySpan, today: Day): Day[] {
  const until = span.until < today ? span.until : today;
  return daysOf({ since: span.since, until }).filter(
    (day) =>
      organizations.some(({ readAt }) => readAt.has(day)) &&
      organizations.every((each) => each.readAt.has(day) || !(each.adopted.has(day) || isMissing(each, day))),
  );
}
