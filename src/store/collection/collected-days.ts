import type { ApiVersion } from '../../generated/prisma/client.js';
import type { CollectedDay, WindowWrite } from '../../domain/collection.js';
import { readTimeOf, type AskedAt } from '../../domain/clock.js';
import { endOfDay, type Day } from '../../domain/day.js';
import type { OrganizationKey } from '../../domain/organization.js';
import type { StatementPool, Statements } from '../statements.js';
import { allAdoptedDays } from '../facts/adopted-days.js';
import { isAhead, IS_AHEAD_OF_TODAY } from '../facts/read-ahead.js';
import { SEAL } from '../facts/seals.js';
import type { LockedDay, RowsByDay } from '../facts/fact-days.js';
import { ofOrganization } from '../organization-key.js';

/** Days of an organization's bills that were read or adopted, ascending. */
export async function listCollectedDays(sql: StatementPool, organization: OrganizationKey): Promise<CollectedDay[]> {
  const days = await sql.$queryRaw<CollectedDay[]>`
    SELECT to_char(d.day, 'YYYY-MM-DD') AS day, CASE WHEN NOT ${isAhead('d.read_at')} THEN d.read_at END AS "readAt", d.rows, d.scope, d.reports_due AS "reportsDue", d.adopted AS "isAdopted"
    FROM (
      SELECT day, read_at, rows, scope, reports_due, false AS adopted FROM collected_days
      WHERE ${ofOrganization(organization)} AND api_version = 'costs_v1' AND NOT ${IS_AHEAD_OF_TODAY}
      UNION ALL
      SELECT day, NULL, 0, NULL, NULL, true FROM (${allAdoptedDays(organization)}) a
    ) d
    ORDER BY d.day`;
  return days.map(({ isAdopted, reportsDue, ...day }) => ({
    ...day,
    ...(isAdopted === true ? { isAdopted } : {}),
    ...(reportsDue == null ? {} : { reportsDue }),
  }));
}

/** An answer as far as the days are concerned that it is for. */
type Read = OrganizationKey & AskedAt & Pick<WindowWrite, 'runId'> & { writeId: string };

/**
 * Locks days, in order, for the rest of the transaction. Two answers for one day are thereby written one after the other,
 * so that the later request's can stay.
 */
export async function lockDays(
  tx: Statements,
  read: Read,
  apiVersion: ApiVersion,
  days: readonly Day[],
): Promise<LockedDay[]> {
  const { provider, organizationId, runId, requestedAt, writeId } = read;
  // A day never read has no row to lock: inserting one makes a concurrent writer of the same day wait for this commit.
  // Its first read counts from now, not from the request: until now no report had it, and one as of then must not either.
  const fresh = await tx.$queryRaw<{ day: string }[]>`
    INSERT INTO collected_days (ai_provider, ai_organization_id, api_version, day, read_at, first_read_at, rows, run_id, first_write_id)
    SELECT ${provider}, ${organizationId}, ${apiVersion}::"ApiVersion", day, ${requestedAt.toISOString()}::timestamptz, clock_timestamp(), 0, ${runId}, ${writeId}
    FROM unnest(${[...days].sort()}::date[]) AS day ORDER BY day
    ON CONFLICT DO NOTHING
    RETURNING to_char(day, 'YYYY-MM-DD') AS day`;
  const isFresh = new Set(fresh.map(({ day }) => day));
  const locked = await tx.$queryRaw<(Omit<LockedDay, 'readAt' | 'part'> & { readAt: Date })[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day,
           CASE WHEN ${isAhead('read_at')} THEN least(read_at, ${requestedAt.toISOString()}::timestamptz) ELSE read_at END AS "readAt", first_closed_read_at AS "firstClosedReadAt", scope, ${SEAL} AS seal
    FROM collected_days
    WHERE ${ofOrganization(read)} AND api_version = ${apiVersion}::"ApiVersion"
      AND day = ANY (${days}::date[])
    ORDER BY collected_days.day
    FOR UPDATE`;
  return locked.map((each) => ({ ...each, part: '', readAt: isFresh.has(each.day) ? null : each.readAt }));
}

/** Notes that days were read, when their request was sent, what of the bill was read, and how many rows they have. */
export async function markCollected(
  tx: Statements,
  read: Read & { scope: string | null } & Pick<WindowWrite, 'reportsDue'>,
  apiVersion: ApiVersion,
  days: readonly LockedDay[],
  rows: RowsByDay<unknown>,
): Promise<void> {
  const { runId, requestedAt, writeId, scope, reportsDue = [] } = read;
  const readAt = days.map(({ day }) => readTimeOf(read, endOfDay(day)));
  const closed = days.map(({ day }, index) => endOfDay(day) <= (readAt[index] ?? requestedAt));
  const asked = requestedAt.toISOString();
  await tx.$executeRaw`
    UPDATE collected_days d
    SET read_at = n.read_at, rows = n.rows, run_id = ${runId}, write_id = ${writeId}, scope = ${scope}, reports_due = nullif(${[...reportsDue]}::text[], '{}'),
        sealed_run_id = CASE WHEN d.sealed_run_id = d.run_id THEN ${runId} END,
        first_closed_read_at = CASE WHEN n.closed OR d.first_closed_read_at <= ${asked}::timestamptz
          THEN least(coalesce(d.first_closed_read_at, n.read_at), ${asked}::timestamptz) END
    FROM unnest(${days.map(({ day }) => day)}::date[], ${days.map(({ day }) => rows.get(day)?.length ?? 0)}::int[], ${closed}::boolean[],
                ${readAt.map((each) => each.toISOString())}::timestamptz[]) AS n (day, rows, closed, read_at)
    WHERE ${ofOrganization(read, 'd.')} AND d.api_version = ${apiVersion}::"ApiVersion"
      AND d.day = n.day`;
}
