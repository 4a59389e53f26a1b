import type { Pool } from 'pg';
import { formatInstant } from '../domain/words.js';

/** How long nothing is said: most locks are free again by then. */
export const SILENT_MS = 2_000;
/** Between two attempts to lock a table nobody waits; a blocker seen again that soon is still the same wait. */
const SAME_WAIT_MS = 4_000;

export interface WaitOptions {
  /** Told once for each that is waited for: for what, since when, and who holds it. */
  onWait?: ((line: string) => void) | undefined;
  /** How long to wait for others in all; for ever when undefined. */
  waitMs?: number | undefined;
}

/** Who keeps a session waiting, in words, and since when it has been so. */
export class Wait {
  #blocker: number | null = null;
  #since = 0;
  #seen = 0;
  #told = false;

  constructor(private readonly options: WaitOptions) {}

  /** @returns the pid that was waited for longer than was allowed */
  async note(pool: Pool, pid: number | null, what: string): Promise<number | null> {
    const now = performance.now();
    if (pid === null) return null;
    if (this.#blocker === null || (pid !== this.#blocker && now - this.#seen > SAME_WAIT_MS)) {
      this.#blocker = pid;
      this.#since = now;
      this.#told = false;
    }
    this.#seen = now;
    const waited = now - this.#since;
    if (!this.#told && waited >= Math.min(SILENT_MS, this.options.waitMs ?? SILENT_MS)) {
      this.#told = true;
      this.options.onWait?.(`Waiting for ${what}, held by ${await describe(pool, pid)}.`);
    }
    return waited >= (this.options.waitMs ?? Infinity) ? pid : null;
  }
}

/**
 * Whom sessions wait for, and for what in words; none of themselves, and null for nobody. Of several the same one each time, as a wait
 * is told of whom is seen twice. A concurrent build of an index waits for transactions, not for a table.
 */
export async function findBlocker(
  pool: Pool,
  pids: readonly number[],
): Promise<{ blocker: number | null; what: string }> {
  const { rows } = await pool.query<{ blocker: number; what: string }>(
    `SELECT b.pid AS blocker, CASE l.locktype WHEN 'relation' THEN 'a lock on ' || l.relation::regclass::text
            WHEN 'virtualxid' THEN 'transactions that began earlier to end' ELSE 'a lock' END AS what
     FROM pg_locks l CROSS JOIN unnest(pg_blocking_pids(l.pid)) AS b (pid)
     WHERE l.pid = ANY ($1::int[]) AND NOT l.granted AND NOT b.pid = ANY ($1::int[]) ORDER BY b.pid LIMIT 1`,
    [pids],
  );
  return rows[0] ?? { blocker: null, what: '' };
}

async function describe(pool: Pool, pid: number): Promise<string> {
  if (pid === 0) return 'a prepared transaction (SELECT * FROM pg_prepared_xacts)';
  const { rows } = await pool.query<{ name: string | null; user: string | null; since: Date | null }>(
    `SELECT coalesce(nullif(application_name, ''), backend_type) AS name, usename AS user, coalesce(xact_start, backend_start) AS since
     FROM pg_stat_activity WHERE pid = $1`,
    [pid],
  );
  const { name = null, user = null, since = null } = rows[0] ?? {};
  const time = since === null ? '' : ` since ${formatInstant(since)}`;
  return `pid ${pid} (${name ?? 'application not told'}, user ${user ?? 'not told'})${time}`;
}
