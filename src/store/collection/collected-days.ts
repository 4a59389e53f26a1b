import type { PrismaClient } from '../../generated/prisma/client.js';
import type { CollectedDay, WindowWrite } from '../../domain/collection.js';
import { endOfDay, toDay, type Day } from '../../domain/day.js';
import type { ProviderId } from '../../domain/provider.js';
import type { Transaction } from '../transaction.js';
import type { LinesByDay } from './lines-by-day.js';

/** A day this transaction may replace, as it was before. */
export interface LockedDay {
  day: Day;
  /** Null when it was never read. */
  readAt: Date | null;
  firstClosedReadAt: Date | null;
}

/** Days of an organization's bills that were read, ascending. */
export async function listCollectedDays(
  prisma: PrismaClient,
  provider: ProviderId,
  organizationId: string,
): Promise<CollectedDay[]> {
  const days = await prisma.collectedDay.findMany({
    where: { aiProvider: provider, aiOrganizationId: organizationId, apiVersion: 'costs_v1' },
    orderBy: { day: 'asc' },
  });
  return days.map(({ day, readAt, rows }) => ({ day: toDay(day), readAt, rows }));
}

/**
 * Locks the window's days, in order, for the rest of the transaction, and returns those that no later answer has
 * written. Two answers for one day are thereby written one after the other, and the later request's stays.
 */
export async function lockDays(tx: Transaction, write: WindowWrite): Promise<LockedDay[]> {
  const { provider, organizationId, runId, days } = write;
  const requestedAt = write.requestedAt.toISOString();
  // A day never read has no row to lock: inserting one makes a concurrent writer of the same day wait for this commit.
  // Its first read counts from now, not from the request: until now no report had it, and one as of then must not either.
  const fresh = await tx.$queryRaw<{ day: string }[]>`
    INSERT INTO collected_days (ai_provider, ai_organization_id, api_version, day, read_at, first_read_at, rows, run_id)
    SELECT ${provider}, ${organizationId}, 'costs_v1', day, ${requestedAt}::timestamptz, clock_timestamp(), 0, ${runId}
    FROM unnest(${[...days].sort()}::date[]) AS day ORDER BY day
    ON CONFLICT DO NOTHING
    RETURNING to_char(day, 'YYYY-MM-DD') AS day`;
  const isFresh = new Set(fresh.map(({ day }) => day));
  const locked = await tx.$queryRaw<{ day: Day; readAt: Date; firstClosedReadAt: Date | null }[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day, read_at AS "readAt", first_closed_read_at AS "firstClosedReadAt"
    FROM collected_days
    WHERE ai_provider = ${provider} AND ai_organization_id = ${organizationId} AND api_version = 'costs_v1'
      AND day = ANY(${days}::date[])
    ORDER BY collected_days.day
    FOR UPDATE`;
  return locked
    .filter(({ day, readAt }) => isFresh.has(day) || readAt <= write.requestedAt)
    .map(({ day, readAt, firstClosedReadAt }) => ({
      day,
      readAt: isFresh.has(day) ? null : readAt,
      firstClosedReadAt,
    }));
}

/** Notes that the days were read, when their request was sent, and how many rows they have. */
export async function markCollected(
  tx: Transaction,
  write: WindowWrite,
  days: readonly LockedDay[],
  lines: LinesByDay,
): Promise<void> {
  const requestedAt = write.requestedAt.toISOString();
  const closed = days.map(({ day }) => isClosed(day, write.requestedAt));
  await tx.$executeRaw`
    UPDATE collected_days d
    SET read_at = ${requestedAt}::timestamptz, rows = n.rows, run_id = ${write.runId},
        first_closed_read_at = CASE WHEN n.closed THEN coalesce(d.first_closed_read_at, ${requestedAt}::timestamptz) END
    FROM unnest(${days.map(({ day }) => day)}::date[], ${days.map(({ day }) => lines.get(day)?.length ?? 0)}::int[], ${closed}::boolean[])
      AS n (day, rows, closed)
    WHERE d.ai_provider = ${write.provider} AND d.ai_organization_id = ${write.organizationId} AND d.api_version = 'costs_v1'
      AND d.day = n.day`;
}

/** Whether a day had ended when it was asked for. */
export function isClosed(day: Day, requestedAt: Date): boolean {
  return endOfDay(day) <= requestedAt;
}
