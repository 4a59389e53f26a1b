import { SQL, type Sql } from '../sql.js';
import { pairDays } from '../../domain/compared-days.js';
import { isReadWhole } from '../../domain/coverage.js';
import { daysOf, type Day, type DaySpan } from '../../domain/day.js';
import { dimensionOf, groupKey, type GroupWord } from '../../domain/dimensions.js';
import { organizationRef } from '../../domain/organization.js';
import type { ComparedGroup, OrganizationDays, ReportComparison, ReportQuery } from '../../domain/report.js';
import { arrayLiteral } from '../array-literal.js';
import { organizationRefOf } from '../organization-key.js';
import type { Statements } from '../statements.js';
import { readDays } from './coverage.js';
import { groupSpend } from './query.js';
import { addedSpend } from './relation.js';

/** A group of either span; days and costs of the later one side by side, several a day where several organizations have it. */
type Row = Omit<ComparedGroup, 'trend'> & { organizations: string[]; days: Day[] | null; costs: number[] | null };

/**
 * See `SpendReader.compare`. Which days count is what `explain` goes by, too.
 * @param previous ends before the query's span begins
 */
export async function compareSpans(tx: Statements, query: ReportQuery, previous: DaySpan): Promise<ReportComparison> {
  const before = { ...query, ...previous };
  const organizations = await readDays(tx, query, { since: previous.since, until: query.until });
  const { days: counted } = pairDays(organizations, query, previous);
  const unpriced = { byDay: true, unpriced: [] };
  const rows = SQL`${addedSpend(query, unpriced)} UNION ALL ${addedSpend(before, unpriced)}`;
  const byDay = groupSpend(
    { rows, filter: query, groupBy: query.groupBy },
    {
      by: [SQL`c.currency`, SQL`c.day`, SQL`p.ai_provider`, SQL`p.ai_organization_id`],
      select: [
        SQL`c.currency`,
        SQL`c.day AS of_day`,
        SQL`${organizationRefOf('p.')} AS of_organization`,
        SQL`sum(c.cost) AS cost`,
      ],
    },
  );
  const fields = SQL.raw(fieldNames(query.groupBy).join(', '));
  const isNow = SQL`of_day >= ${query.since}::timestamp`;
  const sumWhere = (side: Sql) =>
    SQL`trim_scale(coalesce(sum(cost) FILTER (WHERE read_day IS NOT NULL AND ${side}), 0))::text`;
  const found = await tx.$queryRaw<Row[]>`
    SELECT ${fields}, currency, ${sumWhere(isNow)} AS current, ${sumWhere(SQL`NOT ${isNow}`)} AS previous,
           bool_or(read_day IS NULL) AS partial, array_agg(DISTINCT of_organization) AS organizations,
           json_agg(to_char(of_day, 'YYYY-MM-DD')) FILTER (WHERE ${isNow}) AS days,
           json_agg(cost::float8) FILTER (WHERE ${isNow}) AS costs
    FROM (${byDay}) d
    LEFT JOIN unnest(${arrayLiteral(counted.map(({ organization }) => organization))}::text[], ${arrayLiteral(counted.map(({ day }) => day))}::timestamp[])
      AS k (read_of, read_day) ON read_of = of_organization AND read_day = of_day
    GROUP BY ${fields}, currency`;
  return {
    previous,
    rows: new Map(found.map((row) => [groupKey(row), withTrend(row, daysOf(query), daysRead(organizations))])),
  };
}

type IsRead = (day: Day) => boolean;

/** By organization, which days were read after they had ended. Rows of the old system know no organizations and no days read. */
function daysRead(organizations: readonly OrganizationDays[]): Map<string, IsRead> {
  const isRead =
    ({ readAt }: OrganizationDays) =>
    (day: Day) =>
      isReadWhole(day, readAt.get(day) ?? null);
  return new Map<string, IsRead>([
    [organizationRef({}), () => true],
    ...organizations.map((each): [string, IsRead] => [organizationRef(each), isRead(each)]),
  ]);
}

function fieldNames(groupBy: readonly GroupWord[]): string[] {
  return [...new Set(groupBy.flatMap((word) => Object.keys(dimensionOf(word).sql)))].map((field) => `"${field}"`);
}

function withTrend(
  { organizations, days, costs, ...group }: Row,
  span: readonly Day[],
  read: ReadonlyMap<string, IsRead>,
): ComparedGroup {
  const byDay = new Map<Day, number>();
  for (const [index, day] of (days ?? []).entries()) byDay.set(day, (byDay.get(day) ?? 0) + (costs?.[index] ?? 0));
  const isRead = (day: Day) => organizations.some((organization) => read.get(organization)?.(day));
  return { ...group, trend: span.map((day) => byDay.get(day) ?? (isRead(day) ? 0 : null)) };
}
