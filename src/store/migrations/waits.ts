import { setTimeout as sleep } from 'node:timers/promises';
import { CostsError } from '../../errors.js';
import { findBlocker, SILENT_MS, Wait, type WaitOptions } from '../blockers.js';
import type { Session } from '../pool.js';

const POLL_MS = 250;

export interface MigratorOptions extends WaitOptions {
  signal?: AbortSignal | undefined;
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
      const { blocker, what } = await findBlocker(pool, [pid]);
      state.blocker ??= await wait.note(pool, blocker, what);
      state.isCancelled = signal?.aborted === true;
      if (state.blocker !== null || state.isCancelled) await pool.query('SELECT pg_cancel_backend($1)', [pid]);
      await sleep(POLL_MS);
    }
  } finally {
    await session.close();
  }
}
