import { Prisma } from '../../generated/prisma/client.js';
import type { Transaction } from '../transaction.js';

/** Any number of our own that nobody else's advisory lock has. */
const COMMIT_LOCK = 1_664_902_114;

/**
 * Gives a write its place among all others, as the last thing before its commit. The lock is held until the commit can be
 * seen, so whoever sees one write sees all that were given an earlier instant: a report's own instant then tells it again.
 * Two statements, because the second must see what was committed while the first waited.
 */
export async function placeWrite(tx: Transaction, writeId: string, runId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${COMMIT_LOCK}::int)`;
  await tx.$executeRaw`
    INSERT INTO writes (id, run_id, committed_at)
    SELECT ${writeId}, ${runId}, greatest(date_trunc('milliseconds', clock_timestamp()), max(committed_at) + interval '1 ms') FROM writes`;
}

/** The latest write that a statement sees, as SQL, or the latest by an instant; null where there is none. */
export function latestWrite(by?: Date): Prisma.Sql {
  const earlier = by === undefined ? Prisma.empty : Prisma.sql`WHERE committed_at <= ${by.toISOString()}::timestamptz`;
  return Prisma.sql`(SELECT max(committed_at) FROM writes ${earlier})`;
}

/** A condition: what names a write was committed after an instant. What an earlier version wrote goes by its own clock. */
export function committedAfter(at: Prisma.Sql, writeId: string, clock: string): Prisma.Sql {
  const [id, fallback] = [Prisma.raw(writeId), Prisma.raw(clock)];
  return Prisma.sql`(CASE WHEN ${id} IS NULL THEN ${fallback} > ${at} ELSE ${id} IN (SELECT id FROM writes WHERE committed_at > ${at}) END)`;
}
