import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { makeFolder } from '../folder.js';
import { readEmptyStore } from './empty-store.js';
import { endPool, StorePool } from './pool.js';
import { LONGEST_SOCKET_PATH } from './sign-of-life.js';

const SOCKET_NAME = '.s.PGSQL.5432';

/**
 * PostgreSQL's own cache is memory of this process, and from the start: 128 MB unless said. What it does not hold comes from the
 * operating system's, which is as quick here.
 */
const SETTINGS = [
  'shared_buffers=16MB',
  // By a timer that PostgreSQL sets again and again: where it cannot start, that would keep the process for ever.
  'log_startup_progress_interval=0',
];

export interface ServedPglite {
  /** One connection: PGlite is a single session, and two clients would share its transaction. */
  pool: StorePool;
  close(): Promise<void>;
}

/** Makes a new PGlite: with files where the options say, or without them in memory. */
export async function makePglite(options: PGliteOptions = {}): Promise<PGlite> {
  const loadDataDir = await readEmptyStore();
  return startPglite({ ...options, ...(loadDataDir === null ? {} : { loadDataDir }) });
}

/** Starts a PGlite that is there, or is made as the options say. */
export function startPglite(options: PGliteOptions = {}): Promise<PGlite> {
  const startParams = [...PGlite.defaultStartParams, ...SETTINGS.flatMap((setting) => ['-c', setting])];
  return PGlite.create({ ...options, startParams });
}

/**
 * Serves a PGlite on a socket that only this user can open, so that it is used through the same driver as a server. The
 * socket lies in `folder`, or in a private temporary folder where that path would be too long; null asks for the latter.
 * @param mayWrite whether its files are still ours
 */
export async function servePglite(
  db: PGlite,
  folder: string | null,
  mayWrite: () => boolean = () => true,
): Promise<ServedPglite> {
  const { path: socketFolder, temporary } = await privateFolder(folder);
  const path = join(socketFolder, SOCKET_NAME);
  // Left by a killed process; the caller holds the lock, so nobody listens there.
  await rm(path, { force: true });
  // A connection that broke may still be closing when the next one comes.
  const server = new PGLiteSocketServer({ db, path, maxConnections: 4 });
  await server.start();
  const pool = new StorePool(
    { host: socketFolder, port: 5432, user: 'postgres', database: 'postgres', max: 1 },
    { schema: 'public', searchPath: 'public', replica: false, shared: false },
  );
  return {
    pool,
    close: async () => {
      await endPool(pool);
      await server.stop();
      // Closing writes what is in memory.
      if (mayWrite())
        await db.close().catch((error: unknown) => {
          if (mayWrite()) throw error;
        });
      await rm(temporary ? socketFolder : path, { recursive: true, force: true });
    },
  };
}

async function privateFolder(wanted: string | null): Promise<{ path: string; temporary: boolean }> {
  if (wanted !== null && fits(wanted)) {
    await makeFolder(wanted);
    await chmod(wanted, 0o700);
    return { path: wanted, temporary: false };
  }
  const base = fits(join(tmpdir(), 'costs-'.padEnd(40))) ? tmpdir() : '/tmp';
  if (wanted !== null) {
    // A name that follows from the folder, so that killed processes do not leave one folder each.
    const path = join(base, `costs-${createHash('sha256').update(`${ownUid()} ${wanted}`).digest('hex').slice(0, 24)}`);
    if (await isOwnFolder(path)) return { path, temporary: true };
  }
  return { path: await mkdtemp(join(base, 'costs-')), temporary: true };
}

/** Whether the folder could be made, or is there and is ours alone: the temporary folder is everybody's. */
async function isOwnFolder(path: string): Promise<boolean> {
  await mkdir(path, { mode: 0o700 }).catch(() => undefined);
  const found = await lstat(path).catch(() => null);
  return found !== null && found.isDirectory() && found.uid === ownUid() && (found.mode & 0o077) === 0;
}

/** The number alone: in a container it often has no name, and asking for that fails. On Windows there is none. */
function ownUid(): number {
  return process.getuid?.() ?? 0;
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, SOCKET_NAME)) <= LONGEST_SOCKET_PATH;
}
