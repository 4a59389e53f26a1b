import type { OrganizationKey } from '../../domain/organization.js';
import { FIRST_DAY } from '../../domain/period.js';
import { spanOf, type Day, type DaySpan } from '../../domain/day.js';
import { SQL, type Sql } from '../sql.js';
import type { ApiVersion } from '../../generated/prisma/client.js';
import type { Statements } from '../statements.js';
import { chunksOfDays, type LockedDay, type RowsByDay } from './fact-days.js';
import { columnList, keyColumns, type Fact, type FactList } from './fact-list.js';
import { incomingRows } from './incoming-rows.js';
import { piecesByKey } from './key-pieces.js';
import { storedRows } from './stored-rows.js';
import { ofOrganization } from '../organization-key.js';

/** Whether the store was taken over: only then may there be bills of days that nobody read. */
export const WAS_ADOPTED = SQL`EXISTS (SELECT FROM "_prisma_migrations" WHERE left(logs, 24) = '{"kind":"costs-adoption"')`;

/** Days of a span that have bills of another program and were never read, by organization: adopted, not proven. */
export function adoptedDays({ since, until }: DaySpan): Sql {
  const organizations = SQL`SELECT DISTINCT ai_provider, ai_organization_id FROM projects WHERE ai_organization_id IS NOT NULL`;
  return daysOf(organizations, SQL`${since}`, SQL`${until}`);
}

/** The same of one organization, as far back as days go. */
export function allAdoptedDays(organization: OrganizationKey): Sql {
  const bound = (which: 'min' | 'max') => SQL`(
    SELECT ${SQL.raw(which)}(b.at) FROM projects p
    CROSS JOIN LATERAL (SELECT ${SQL.raw(which)}(c.bucket_start_time) AS at FROM cost_data c WHERE c.project_id = p.id) b
    WHERE ${ofOrganization(organization, 'p.')})`;
  const { provider, organizationId } = organization;
  const one = SQL`SELECT ${provider}::text AS ai_provider, ${organizationId}::text AS ai_organization_id`;
  return daysOf(one, SQL`greatest(${bound('min')}, ${FIRST_DAY}::timestamp)`, bound('max'));
}

/** Day by day through the unique index: what was read needs no look at its rows. */
function daysOf(organizations: Sql, first: Sql, last: Sql): Sql {
  return SQL`
    SELECT o.ai_provider, o.ai_organization_id, s.day::date AS day
    FROM (${organizations}) o
    CROSS JOIN generate_series(date_trunc('day', ${first}::timestamp), ${last}::timestamp, interval '1 day') AS s (day)
    WHERE ${WAS_ADOPTED} AND NOT EXISTS (
      SELECT FROM collected_days k
      WHERE k.ai_provider = o.ai_provider AND k.ai_organization_id = o.ai_organization_id AND k.api_version = 'costs_v1' AND k.day = s.day::date)
    AND EXISTS (
      SELECT FROM projects p CROSS JOIN LATERAL (
        SELECT FROM cost_data c WHERE c.project_id = p.id AND c.api_version = 'costs_v1'
          AND c.bucket_start_time >= s.day AND c.bucket_start_time < s.day + interval '1 day' LIMIT 1) c
      WHERE p.ai_provider = o.ai_provider AND p.ai_organization_id = o.ai_organization_id)`;
}

/**
 * Of adopted days that are read for the first time, those with a bill which the answer does not have, or has with another amount.
 * Whoever stored it may know better: the day stays as it is until somebody accepts the answer.
 */
export async function findContradicted<Row extends Fact>(
  tx: Statements,
  list: FactList<Row>,
  { source, days, rows, projectIds }: Contradicting<Row>,
): Promise<ReadonlySet<Day>> {
  const contradicted = new Set<Day>();
  for (const chunk of chunksOfDays(days, rows, projectIds)) {
    const dates = chunk.days.map(({ day }) => day);
    const span = spanOf(dates);
    if (span === null) continue;
    for (const { rows: piece, isAmong } of piecesByKey(list, chunk.rows)) {
      const different = await tx.$queryRaw<{ day: Day }[]>`
        SELECT DISTINCT to_char(s.bucket_start_time, 'YYYY-MM-DD') AS day
        FROM (SELECT c.* FROM ${storedRows(list, source, span, chunk.projects)} WHERE ${isAmong}) s
        LEFT JOIN (${incomingRows(list, piece, projectIds)}) i USING (${columnList(keyColumns(list))})
        WHERE s.bucket_start_time::date = ANY (${dates}::date[]) AND (s.cost, upper(s.currency)) IS DISTINCT FROM (i.cost, i.currency)`;
      for (const { day } of different) contradicted.add(day);
    }
  }
  return contradicted;
}

interface Contradicting<Row> {
  source: OrganizationKey;
  days: readonly LockedDay[];
  rows: RowsByDay<Row>;
  projectIds: ReadonlyMap<string, string>;
}

/** Those that were never read and have rows all the same: most often none, and then no answer is compared. */
export async function adoptedAmong(
  tx: Statements,
  list: FactList<never>,
  source: OrganizationKey,
  days: readonly LockedDay[],
): Promise<LockedDay[]> {
  const unread = days.filter(({ readAt }) => readAt === null);
  const span = spanOf(unread.map(({ day }) => day));
  if (span === null) return [];
  const stored = await tx.$queryRaw<{ day: Day }[]>`
    SELECT DISTINCT to_char(c.bucket_start_time, 'YYYY-MM-DD') AS day FROM ${storedRows(list, source, span)}`;
  const has = new Set(stored.map(({ day }) => day));
  return unread.filter(({ day }) => has.has(day));
}

/** Their bills were there before they were read, and so they are in reports as of any instant before. */
export async function markAdopted(
  tx: Statements,
  source: OrganizationKey,
  writeId: string,
  days: readonly LockedDay[],
): Promise<void> {
  if (days.length === 0) return;
  await tx.$executeRaw`
    UPDATE collected_days SET first_write_id = NULL, first_read_at = '-infinity'
    WHERE ${ofOrganization(source)} AND api_version = 'costs_v1'
      AND day = ANY (${days.map(({ day }) => day)}::date[]) AND first_write_id = ${writeId}`;
}

/** Takes back that days were locked, which are not written after all. */
export async function forgetDays(
  tx: Statements,
  source: OrganizationKey,
  writeId: string,
  apiVersion: ApiVersion,
  days: readonly Day[],
): Promise<void> {
  if (days.length === 0) return;
  await tx.$executeRaw`
    DELETE FROM collected_days
    WHERE ${ofOrganization(source)} AND api_version = ${apiVersion}::"ApiVersion"
      AND day = ANY (${[...days]}::date[]) AND first_write_id = ${writeId}`;
}
