import type { PrismaClient } from '../../generated/prisma/client.js';
import type { CollectedDay } from '../../domain/collection.js';
import { endOfDay, toDay, type Day } from '../../domain/day.js';
import type { ProviderId } from '../../domain/provider.js';
import type { UsageLine, UsageWidth, UsageWrite } from '../../domain/usage.js';
import type { Transaction } from '../transaction.js';

/** A day of one endpoint that this transaction may replace. */
export interface LockedUsageDay {
  endpoint: string;
  day: Day;
  /** Null when it was never read. */
  readAt: Date | null;
}

/** See `UsageStore.collectedDays`. A day refused as too old counts as read: reading it again would be refused again. */
export async function listCollectedUsage(
  prisma: PrismaClient,
  { provider, organizationId, width }: { provider: ProviderId; organizationId: string; width: UsageWidth },
  endpoints: readonly string[],
): Promise<(CollectedDay & { refused: boolean })[]> {
  return prisma.$queryRaw<(CollectedDay & { refused: boolean })[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day, coalesce(min(read_at) FILTER (WHERE NOT refused), min(read_at)) AS "readAt", sum(rows)::int AS rows,
           bool_or(refused) AS refused
    FROM collected_usage
    WHERE ai_provider = ${provider} AND ai_organization_id = ${organizationId} AND bucket_width = ${width} AND endpoint = ANY(${[...endpoints]}::text[])
    GROUP BY collected_usage.day HAVING count(*) = ${endpoints.length}::int
    ORDER BY collected_usage.day`;
}

/**
 * Makes writers of one organization's usage wait for one another, whatever their width: a day's estimates are made from
 * one width, and two writers would each choose their own. Ends with the transaction, so poolers do no harm.
 */
export async function lockUsage(tx: Transaction, provider: ProviderId, organizationId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`costs usage ${provider} ${organizationId}`}, 0))`;
}

/** The answered days that no later answer has written, each with its last read. */
export async function writableDays(tx: Transaction, write: UsageWrite): Promise<LockedUsageDay[]> {
  const asked = write.answers.flatMap(({ endpoint, days }) => days.map((day) => ({ endpoint, day })));
  const known = await tx.$queryRaw<{ endpoint: string; day: Day; readAt: Date; refused: boolean }[]>`
    SELECT endpoint, to_char(day, 'YYYY-MM-DD') AS day, read_at AS "readAt", refused FROM collected_usage
    WHERE ai_provider = ${write.provider} AND ai_organization_id = ${write.organizationId} AND bucket_width = ${write.width}
      AND day = ANY(${[...new Set(asked.map(({ day }) => day))]}::date[])`;
  const readAt = new Map(known.filter(({ refused }) => !refused).map((each) => [keyOf(each), each.readAt]));
  return asked
    .map((each) => ({ ...each, readAt: readAt.get(keyOf(each)) ?? null }))
    .filter((each) => each.readAt === null || each.readAt <= write.requestedAt);
}

/** Notes which days of which endpoint were read, when their request was sent, and how many rows they have. */
export async function markUsageCollected(
  tx: Transaction,
  write: UsageWrite,
  days: readonly LockedUsageDay[],
  lines: readonly UsageLine[],
): Promise<void> {
  const rows = new Map<string, number>();
  for (const { endpoint, bucketStart } of lines) {
    const key = keyOf({ endpoint, day: toDay(bucketStart) });
    rows.set(key, (rows.get(key) ?? 0) + 1);
  }
  const read = days.map((each) => ({ ...each, rows: rows.get(keyOf(each)) ?? 0 }));
  const requestedAt = write.requestedAt.toISOString();
  await tx.$executeRaw`
    INSERT INTO collected_usage (ai_provider, ai_organization_id, bucket_width, endpoint, day, read_at, rows, refused, run_id)
    SELECT ${write.provider}, ${write.organizationId}, ${write.width}, n.endpoint, n.day, ${requestedAt}::timestamptz, n.rows, false, ${write.runId}
    FROM unnest(${read.map(({ endpoint }) => endpoint)}::text[], ${read.map(({ day }) => day)}::date[], ${read.map((each) => each.rows)}::int[])
      AS n (endpoint, day, rows)
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

export function isClosedAt(day: Day, requestedAt: Date): boolean {
  return endOfDay(day) <= requestedAt;
}

export function keyOf({ endpoint, day }: { endpoint: string; day: Day }): string {
  return `${day} ${endpoint}`;
}
