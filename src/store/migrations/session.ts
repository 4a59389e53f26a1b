import { setTimeout as sleep } from 'node:timers/promises';
import { CostsError, codeOf } from '../../errors.js';
import type { Pool } from 'pg';
import type { Connection, Session } from '../pool.js';
import { quote } from '../rows.js';
import { setSql } from '../settings.js';
import type { MigrationTarget } from './target.js';
import { Wait, type WaitOptions } from '../blockers.js';
import { interrupted, waitedTooLong, whileWatched, type MigratorOptions } from './waits.js';

/** The number Prisma's own tools take, so that `prisma migrate deploy` and this tool keep out of each other's way. */
const ADVISORY_LOCK = 72_707_369;
const POLL_MS = 250;

const KEEPALIVES = ['tcp_keepalives_idle = 30', 'tcp_keepalives_interval = 10', 'tcp_keepalives_count = 3'];

/**
 * A change of tables waits this long for a lock, so that it never makes a queue of writers behind it. Where a writer waits for
 * it in turn, it gives up before the `deadlock_timeout` of a second, after which PostgreSQL ends one of the two.
 */
export const LOCK_TIMEOUT = '500ms';
/**
 * Keys and triggers of theirs that wait for the end of the transaction would have it that no table can be changed of which
 * rows were.
 */
export const NOTHING_WAITS = 'SET CONSTRAINTS ALL IMMEDIATE';
/** What such a failure says, by its code where the server speaks another language. */
export const LOCKED = /lock timeout|deadlock detected|\b(?:55P03|40P01)\b/;
const LOCK_ATTEMPTS = 20;
export const LOCK_PAUSE_MS = 2_000;

/** How often a lock is tried for: as long as somebody said, or about a minute. */
export function lockAttempts({ waitMs }: WaitOptions): number {
  return waitMs === undefined ? LOCK_ATTEMPTS : Infinity;
}

/** Does a transaction that locks tables; while somebody holds one of them it lets everybody pass, and begins anew. */
export async function untilUnlocked<T>(attempts: number, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === attempts || !LOCKED.test(`${codeOf(error)} ${String(error)}`)) throw error;
      await sleep(LOCK_PAUSE_MS);
    }
  }
}

/** A transaction that changes tables: begun anew while somebody holds one of them, and nothing of theirs waits in it for its end. */
export function changeTables<T>(pool: Connection, options: MigratorOptions, work: () => Promise<T>): Promise<T> {
  return untilUnlocked(lockAttempts(options), () => {
    if (options.signal?.aborted === true) throw interrupted();
    return pool.transaction(async () => {
      await pool.query(NOTHING_WAITS);
      return work();
    });
  });
}

/**
 * Runs work as the only migrator of a database, on one connection. The lock is polled for: a session that sleeps in
 * `pg_advisory_lock` is an open transaction, a concurrent index build waits for it, and the two would wait for each other.
 * @throws CostsError `interrupted`
 */
export async function asOnlyMigrator<T>(
  target: MigrationTarget,
  options: MigratorOptions,
  work: (pool: Connection) => Promise<T>,
): Promise<T> {
  const session: Session = await target.openSession();
  try {
    // Only one process has the embedded store open.
    if (target.kind === 'postgresql') {
      await requireSessions(target, session.pool);
      await endWithClient(session.pool);
      await waitForLock(session.pool, target.label, options);
    }
    const run = () => withSettings(session.pool, () => work(session.pool));
    const pid = target.kind === 'postgresql' ? await backend(session.pool) : undefined;
    return await (pid === undefined ? run() : whileWatched(target, pid, options, run));
  } finally {
    await session.close();
  }
}

/** The session is ours alone by now; still, a pooler may hand its connection to somebody else later. */
async function withSettings<T>(pool: Connection, work: () => Promise<T>): Promise<T> {
  await pool.query(setSql(pool.settings, 'session'));
  try {
    return await work();
  } finally {
    await pool.query('RESET ALL').catch(() => undefined);
  }
}

/**
 * A migrator that was killed, or whose network was cut, leaves the lock within a minute, also where its session waits in a
 * statement; one that is at work keeps it, however long it does so elsewhere. PostgreSQL 13 knows neither setting, and a server on
 * some platforms cannot look for its client.
 */
async function endWithClient(pool: Connection): Promise<void> {
  for (const setting of ['client_connection_check_interval = 2000', 'idle_session_timeout = 0', ...KEEPALIVES])
    await pool.query(`SET ${setting}`).catch(() => undefined);
}

async function waitForLock(pool: Pool, label: string, { signal, ...options }: MigratorOptions): Promise<void> {
  const wait = new Wait(options);
  for (;;) {
    const { rows } = await pool.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [ADVISORY_LOCK]);
    if (rows[0]?.taken === true) return;
    const { rows: holders } = await pool.query<{ pid: number }>(
      `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = $1
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      [ADVISORY_LOCK],
    );
    const holder = await wait.note(pool, holders[0]?.pid ?? null, 'another migrator');
    if (holder !== null) throw waitedTooLong(label, holder);
    if (signal?.aborted === true)
      throw new CostsError('interrupted', 'Interrupted while waiting for another migrator.');
    await sleep(POLL_MS);
  }
}

/** `?schema=costs` may name a schema that nobody has made yet. */
export async function ensureSchema(pool: Connection): Promise<void> {
  const { schema } = pool.settings;
  if (schema === null) return;
  const { rowCount } = await pool.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
  if (rowCount === 0) await pool.query(`CREATE SCHEMA ${quote(schema)}`);
}

/** How often it is looked, so that a busy pooler does not pass by chance. */
const LOOKS_AT_POOLER = 12;
/** Sessions that take connections at the same time: a pooler of no more has none left for the one that is looked at. */
const LOOKERS = 3;
const LONGEST_LOOK_MS = 5_000;
/** Our own word, and PgBouncer's. */
const NO_ROOM = ['unreachable', '08P01'];
const DIRECT = {
  hint: 'Give costs db the direct address of the server, or a pooler in session mode; everything else works through this one.',
};

/**
 * A pooler in transaction mode gives each transaction any connection: a session lock would be held by nobody in
 * particular. Such a pooler hands a connection that one client has just given back to the next one, so that two clients
 * see the same server process; while it serves others as well, one look may find each with a process of its own.
 * @throws CostsError `failed`
 */
async function requireSessions(target: MigrationTarget, pool: Connection): Promise<void> {
  const others: Session[] = [];
  try {
    const first = await backend(pool);
    const isServer = pool.greeter === first;
    while (others.length < (isServer ? 1 : LOOKERS) && (await openAnother(target, others)));
    if (others.length === 0)
      throw new CostsError('failed', `${target.label} has no second connection to give.`, DIRECT);
    const connections = others.map((each) => each.pool);
    let looks = isServer ? 1 : LOOKS_AT_POOLER;
    while (looks > 0 && (await keepsProcess(pool, connections, first))) looks -= 1;
    if (looks === 0) return;
  } finally {
    await Promise.all(others.map((each) => each.close()));
  }
  throw new CostsError(
    'failed',
    `${target.label} is behind a pooler in transaction mode, where a migration cannot hold its lock.`,
    DIRECT,
  );
}

/** A pooler in session mode has no room for one more where it refuses it, or lets it in and keeps its first query waiting. */
async function openAnother(target: MigrationTarget, others: Session[]): Promise<boolean> {
  const session = await unlessRefused(target.openSession());
  if (session === null) return false;
  const answered = (await inTime(backend(session.pool))) !== null;
  if (answered) others.push(session);
  else await session.close();
  return answered;
}

/** Whether a session has the same process before and in transactions of other ones, which have it not. */
async function keepsProcess(
  pool: Connection,
  others: readonly Connection[],
  first: number | undefined,
): Promise<boolean> {
  const begun: Connection[] = [];
  try {
    for (const other of others) {
      begun.push(other);
      const borrowed = await inTime(other.begin({ readOnly: true }).then(() => backend(other)));
      if (borrowed === null || borrowed === first) return false;
    }
    return (await inTime(backend(pool))) === first;
  } finally {
    // One that was given up is closed by its pooler.
    for (const other of begun) await inTime(other.query('COMMIT').catch(() => null));
  }
}

/** Null where a pooler has no room, or gives up what has waited longer than its own settings allow. */
function unlessRefused<T>(work: Promise<T>): Promise<T | null> {
  return work.catch((error: unknown) => {
    if (NO_ROOM.includes(codeOf(error))) return null;
    throw error;
  });
}

/** Null also where a pooler keeps us waiting. */
function inTime<T>(work: Promise<T>): Promise<T | null> {
  return Promise.race([unlessRefused(work), sleep(LONGEST_LOOK_MS, null, { ref: false })]);
}

async function backend(pool: Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}
