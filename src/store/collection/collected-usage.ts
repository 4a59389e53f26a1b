import type { CollectedDay } from '../../domain/collection.js';
import { readTimeOf } from '../../domain/clock.js';
import { endOfDay, type Day, type DaySpan } from '../../domain/day.js';
import type { OrganizationKey } from '../../domain/organization.js';
import type { UsageLine, UsageWidth, UsageWrite } from '../../domain/usage.js';
import type { UsageRead } from '../../domain/usage-store.js';
import { isAhead, IS_AHEAD_OF_TODAY } from '../facts/read-ahead.js';
import { dayKey, type LockedDay, type RowsByDay } from '../facts/fact-days.js';
import type { StatementPool, Statements } from '../statements.js';
import { ofOrganization } from '../organization-key.js';

/** See `UsageStore.collectedDays`. A day refused as too old counts as read: reading it again would be refused again. */
export async function listCollectedUsage(
  sql: StatementPool,
  organization: OrganizationKey,
  width: UsageWidth,
  endpoints: readonly string[],
): Promise<(CollectedDay & { refused: boolean })[]> {
  return sql.$queryRaw<(CollectedDay & { refused: boolean })[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day,
           CASE WHEN NOT bool_or(NOT refused AND ${isAhead('read_at')}) THEN coalesce(min(read_at) FILTER (WHERE NOT refused), min(read_at)) END AS "readAt", sum(rows)::int AS rows,
           bool_or(refused) AS refused
    FROM collected_usage
    WHERE ${ofOrganization(organization)} AND bucket_width = ${width} AND endpoint = ANY(${[...endpoints]}::text[])
      AND NOT ${IS_AHEAD_OF_TODAY}
    GROUP BY collected_usage.day HAVING count(*) = ${endpoints.length}::int
    ORDER BY collected_usage.day`;
}

/** See `UsageStore.readsOf`. A read that is dated in the future counts as none. */
export async function listUsageReads(
  sql: StatementPool,
  organization: OrganizationKey,
  width: UsageWidth,
  { since, until }: DaySpan,
): Promise<UsageRead[]> {
  return sql.$queryRaw<UsageRead[]>`
    SELECT endpoint, to_char(day, 'YYYY-MM-DD') AS day, read_at AS "readAt", refused FROM collected_usage
    WHERE ${ofOrganization(organization)} AND bucket_width = ${width} AND day BETWEEN ${since}::date AND ${until}::date AND NOT ${isAhead('read_at')}`;
}

/** The answered days that no later answer has written, each with its last read. */
export async function writableDays(tx: Statements, write: UsageWrite): Promise<LockedDay[]> {
  const asked = write.answers.flatMap(({ endpoint, days }) => days.map((day) => ({ day, part: endpoint })));
  const known = await tx.$queryRaw<{ endpoint: string; day: Day; readAt: Date; refused: boolean }[]>`
    SELECT endpoint, to_char(day, 'YYYY-MM-DD') AS day,
           CASE WHEN ${isAhead('read_at')} THEN least(read_at, ${write.requestedAt.toISOString()}::timestamptz) ELSE read_at END AS "readAt", refused
    FROM collected_usage
    WHERE ${ofOrganization(write)} AND bucket_width = ${write.width}
      AND day = ANY(${[...new Set(asked.map(({ day }) => day))]}::date[])`;
  const readAt = new Map(
    known.filter(({ refused }) => !refused).map(({ day, endpoint, readAt }) => [dayKey(day, endpoint), readAt]),
  );
  return asked
    .map(({ day, part }) => ({
      day,
      part,
      readAt: readAt.get(dayKey(day, part)) ?? null,
      firstClosedReadAt: null,
      scope: null,
      seal: null,
    }))
    .filter((each) => each.readAt === null || each.readAt <= write.requestedAt);
}

/** Notes which days of which endpoint were read, when their request was sent, and how many rows they have. */
export async function markUsageCollected(
  tx: Statements,
  write: UsageWrite,
  days: readonly LockedDay[],
  rowsByDay: RowsByDay<UsageLine>,
): Promise<void> {
  const counts = new Map<string, number>();
  for (const [day, rows] of rowsByDay)
    for (const { endpoint } of rows) counts.set(dayKey(day, endpoint), (counts.get(dayKey(day, endpoint)) ?? 0) + 1);
  const read = days.map(({ day, part }) => ({
    endpoint: part,
    day,
    rows: counts.get(dayKey(day, part)) ?? 0,
    readAt: readTimeOf(write, endOfDay(day)).toISOString(),
  }));
  const requestedAt = write.requestedAt.toISOString();
  await tx.$executeRaw`
    INSERT INTO collected_usage (ai_provider, ai_organization_id, bucket_width, endpoint, day, read_at, rows, refused, run_id)
    SELECT ${write.provider}, ${write.organizationId}, ${write.width}, n.endpoint, n.day, n.read_at, n.rows, false, ${write.runId}
    FROM unnest(${read.map(({ endpoint }) => endpoint)}::text[], ${read.map(({ day }) => day)}::date[], ${read.map((each) => each.rows)}::int[],
                ${read.map((each) => each.readAt)}::timestamptz[]) AS n (endpoint, day, rows, read_at)
    ON CONFLICT (ai_provider, ai_organization_id, bucket_width, endpoint, day) DO UPDATE SET
      read_at = excluded.read_at, rows = excluded.rows, refused = false, run_id = excluded.run_id`;
  const refused = write.answers.flatMap(({ endpoint, refused }) => refused.map((day) => ({ endpoint, day })));
  // What was read while it still could be stays as it is.
  await tx.$executeRaw`
    INSERT INTO collected_usage (ai_provider, ai_organization_id, bucket_width, endpoint, day, read_at, rows, refused, run_id)
    SELECT ${write.provider}, ${write.organizationId}, ${write.width}, n.endpoint, n.day, ${requestedAt}::timestamptz, 0, true, ${write.runId}
    FROM unnest(${refused.map(({ endpoint }) => endpoint)}::text[], ${refused.map(({ day }) => day)}::date[]) AS n (endpoint, day)
    ON CONFLICT DO NOTHING`;
}
