import { setTimeout as sleep } from 'node:timers/promises';
import { CostsError } from '../../errors.js';
import type { Pool } from 'pg';
import type { Session } from '../pool.js';
import { formatInstant } from '../../domain/words.js';

/** How long nothing is said: most locks are free again by then. */
const SILENT_MS = 2_000;
const POLL_MS = 250;
/** Between two attempts to lock a table nobody waits; a blocker seen again that soon is still the same wait. */
const SAME_WAIT_MS = 4_000;

export interface WaitOptions {
  /** Told once for each that is waited for: for what, since when, and who holds it. */
  onWait?: ((line: string) => void) | undefined;
  /** How long to wait for others in all; for ever when undefined. */
  waitMs?: number | undefined;
}

export interface MigratorOptions extends WaitOptions {
  signal?: AbortSignal | undefined;
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

/** @returns the refusal of a wait that lasted too long */
export function waitedTooLong(label: string, pid: number): CostsError {
  const end = pid === 0 ? 'SELECT * FROM pg_prepared_xacts' : `SELECT pg_terminate_backend(${pid})`;
  return new CostsError('unreachable', `Another session kept ${label} locked for longer than --wait allows.`, {
    hint: `Run the same command again later, or end that session: ${end}`,
  });
}

/** What a migrator that was asked to end says, once its transaction is given up. */
export function interrupted(): CostsError {
  return new CostsError('interrupted', 'Interrupted; what was under way was given up.');
}

/**
 * Looks, over a connection of its own, whether a session is kept waiting for as long as work goes on in it. What waits for
 * longer than is allowed is cancelled, and so is what goes on after the command was asked to end.
 */
export async function whileWatched<T>(
  target: { openSession: () => Promise<Session>; label: string },
  pid: number,
  options: MigratorOptions,
  work: () => Promise<T>,
): Promise<T> {
  const state: WatchState = { done: false, blocker: null, isCancelled: false };
  const watching = watch(() => target.openSession(), pid, options, state).catch(() => undefined);
  try {
    return await work();
  } catch (error) {
    if (state.blocker !== null) throw waitedTooLong(target.label, state.blocker);
    throw state.isCancelled && !isInterruption(error) ? interrupted() : error;
  } finally {
    state.done = true;
    await watching;
  }
}

interface WatchState {
  done: boolean;
  /** Who was waited for too long. */
  blocker: number | null;
  /** Whether the command was asked to end, and what it was at was cancelled. */
  isCancelled: boolean;
}

/** What says more of where it ended. */
function isInterruption(error: unknown): boolean {
  return error instanceof CostsError && error.code === 'interrupted';
}

async function watch(
  openSession: () => Promise<Session>,
  pid: number,
  { signal, ...options }: MigratorOptions,
  state: WatchState,
): Promise<void> {
  const wait = new Wait(options);
  const started = performance.now();
  // Most work is done by then, and needs no second connection.
  while (!state.done && performance.now() - started < SILENT_MS / 2) await sleep(POLL_MS / 5);
  if (state.done) return;
  const session = await openSession();
  const { pool } = session;
  try {
    while (!state.done) {
      const { rows } = await pool.query<{ blocker: number | null; what: string }>(BLOCKER, [pid]);
      const { blocker = null, what = '' } = rows[0] ?? {};
      state.blocker ??= await wait.note(pool, blocker, what);
      state.isCancelled = signal?.aborted === true;
      if (state.blocker !== null || state.isCancelled) await pool.query('SELECT pg_cancel_backend($1)', [pid]);
      await sleep(POLL_MS);
    }
  } finally {
    await session.close();
  }
}

/** A concurrent build of an index waits for transactions, not for a table. */
const BLOCKER = `
SELECT (pg_blocking_pids($1::int))[1] AS blocker,
  CASE WHEN l.locktype = 'relation' THEN 'a lock on ' || l.relation::regclass::text
       ELSE 'transactions that began earlier to end' END AS what
FROM pg_locks l WHERE l.pid = $1 AND NOT l.granted LIMIT 1`;

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
