import { SQL, type Sql } from '../sql.js';
import type { Statements } from '../statements.js';
import { isAhead } from './read-ahead.js';

/** Any number of our own that nobody else's advisory lock has. */
const COMMIT_LOCK = 1_664_902_114;

/**
 * Gives a write its place among all others, as the last thing before its commit. The lock is held until the commit can be
 * seen, so whoever sees one write sees all that were given an earlier instant: a report's own instant then tells it again.
 * The lock stands alone, because what follows must see what was committed while it was waited for.
 *
 * Writes dated in the future, from when the database's clock was ahead, are placed behind the last one that is not: whatever came
 * after them would be dated in the future as well, and be in no report as of an instant until that time has come.
 */
export async function placeWrite(tx: Statements, writeId: string, runId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${COMMIT_LOCK}::int)`;
  await tx.$executeRaw`
    UPDATE writes w SET committed_at = moved.last + moved.place * interval '1 ms'
    FROM (
      SELECT id, row_number() OVER (ORDER BY committed_at) AS place, coalesce(
        (SELECT max(committed_at) FROM writes WHERE NOT ${isAhead('committed_at')}),
        date_trunc('milliseconds', clock_timestamp()) - count(*) OVER () * interval '1 ms') AS last
      FROM writes WHERE ${isAhead('committed_at')}
    ) moved WHERE w.id = moved.id`;
  await tx.$executeRaw`
    INSERT INTO writes (id, run_id, committed_at)
    SELECT ${writeId}, ${runId}, greatest(date_trunc('milliseconds', clock_timestamp()), max(committed_at) + interval '1 ms') FROM writes`;
}

/** The latest write that a statement sees, as SQL, or the latest by an instant; null where there is none. */
export function latestWrite(by?: Date): Sql {
  const earlier = by === undefined ? SQL.empty : SQL`WHERE committed_at <= ${by.toISOString()}::timestamptz`;
  return SQL`(SELECT max(committed_at) FROM writes ${earlier})`;
}

/** A condition: what names a write was committed after an instant. What an earlier version wrote goes by its own clock. */
export function committedAfter(at: Sql, writeId: string, clock: string): Sql {
  const [id, fallback] = [SQL.raw(writeId), SQL.raw(clock)];
  return SQL`(CASE WHEN ${id} IS NULL THEN ${fallback} > ${at} ELSE ${id} IN (SELECT id FROM writes WHERE committed_at > ${at}) END)`;
}
