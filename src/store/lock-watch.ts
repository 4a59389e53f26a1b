import { findBlocker, Wait } from './blockers.js';
import type { Session, StorePool } from './pool.js';

/** How long a statement is at work before it is looked at, whom it waits for: most are not for a hundredth of it. */
const LONG_MS = 2_000;
/** Between two looks; what is seen at two of them is told. */
const LOOK_MS = 5_000;

/**
 * Tells whom the statements of a pool wait for, such as a `DELETE` that was left open in psql: a run would stand still in silence.
 * It looks over a connection of its own, and only while a statement takes long. Behind a pooler nobody is found.
 * @returns ends it
 */
export function watchLocks(
  pool: StorePool,
  openSession: () => Promise<Session>,
  onLocked: (line: string) => void,
): () => void {
  const wait = new Wait({ onWait: onLocked });
  const look = async () => {
    const pids = pool.longAtWork(LONG_MS);
    if (pids.length === 0) return;
    const session = await openSession();
    try {
      const { rows } = await session.pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      // A pooler makes numbers up, which may be those of others.
      if (rows[0]?.pid !== session.pool.greeter) return stop();
      const { blocker, what } = await findBlocker(session.pool, pids);
      await wait.note(session.pool, blocker, what);
    } finally {
      await session.close();
    }
  };
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    // What keeps it from looking, such as a server that takes no further connection, is told by what is at work.
    void look()
      .catch(() => undefined)
      .finally(() => (isLooking = false));
  }, LOOK_MS).unref();
  return stop;

  function stop(): void {
    clearInterval(timer);
  }
}
