import { existsSync } from 'node:fs';
import { chmod, readdir, readFile, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { CostsError, codeOf } from '../errors.js';
import { makeFolder } from '../folder.js';
import type { Database, OpenOptions } from './database.js';
import { embeddedFolders, type EmbeddedFolders } from './embedded-folders.js';
import { writeBackup } from './backup.js';
import { acquireLock, type Lock, type LockOptions } from './lock.js';
import { fence, lostStore } from './fence.js';
import { OwnFiles } from './own-files.js';
import { makePglite, servePglite, startPglite } from './pglite.js';
import { openSession } from './pool.js';
import { createDatabase } from './postgres.js';

/**
 * Opens the embedded PostgreSQL under `home`, creating it on first use, and holds its exclusive lock until it is closed:
 * PGlite has no lock of its own, and two processes on one folder lose each other's writes without a word.
 * @throws CostsError `failed` when the folder cannot be used, `interrupted` when the signal ends the wait
 */
export async function openEmbedded(
  home: string,
  { onCreate, onMoved, ...options }: OpenOptions = {},
): Promise<Database> {
  const { folders, lock } = await lockEmbedded(home, options);
  try {
    await createIfMissing(folders, lock, onCreate);
    const moved = await readMoved(folders);
    if (moved !== null) onMoved?.(moved);
    let panic: CostsError | null = null;
    const db = fence(await openPglite(folders.data, lock), lock, (words) => (panic = stopped(folders.root, words)));
    let isOpen = true;
    const served = await servePglite(db, folders.socket, () => panic === null && lock.isHeld());
    return createDatabase({
      // What fails behind it fails of it, whatever a cut connection says.
      ended: () => (isOpen && !lock.isHeld() ? lostStore() : panic),
      kind: 'embedded',
      place: {
        ...{ label: folders.root, server: folders.root, database: 'postgres', user: 'postgres' },
        megabytes: OPENING_MEGABYTES,
      },
      pool: served.pool,
      openSession: () => openSession(served.pool),
      backup: (path) => writeBackup(db, lock, path),
      close: async () => {
        isOpen = false;
        try {
          await served.close();
        } catch (error) {
          throw folderError(folders.root, error);
        } finally {
          // A full disk keeps it from being told that the store is free; the next process sees that by itself.
          await lock.release().catch(() => undefined);
        }
      },
    });
  } catch (error) {
    // On a full disk this may fail as well, and would hide the cause.
    const wasHeld = lock.isHeld();
    await lock.release().catch(() => undefined);
    if (!wasHeld) throw lostStore();
    throw error instanceof CostsError ? error : folderError(folders.root, error);
  }
}

/** Makes the folder and takes its lock, without opening what is in it. */
export async function lockEmbedded(
  home: string,
  options: LockOptions,
): Promise<{ folders: EmbeddedFolders; lock: Lock }> {
  const folders = embeddedFolders(home);
  await makePrivate(folders.root);
  try {
    return { folders, lock: await acquireLock(folders.lock, options) };
  } catch (error) {
    throw folderError(folders.root, error);
  }
}

/** Where the store was copied to, or null. A file that a power failure left empty, or half of one, only says that it was. */
async function readMoved({ moved }: EmbeddedFolders): Promise<string | null> {
  const text = await readFile(moved, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const { to } = JSON.parse(text) as { to: unknown };
    if (typeof to === 'string') return to;
  } catch {
    // Said below.
  }
  return 'a server';
}

async function makePrivate(root: string): Promise<void> {
  try {
    await makeFolder(root);
    await chmod(root, 0o700);
  } catch (error) {
    throw folderError(root, error);
  }
}

/** Built beside its place and moved there when complete: a kill in the middle must not leave half a database. */
async function createIfMissing(
  { root, data, replaced }: EmbeddedFolders,
  lock: Lock,
  onCreate: (() => void) | undefined,
): Promise<void> {
  const fresh = join(root, 'data.new');
  await rm(fresh, { recursive: true, force: true });
  if (!existsSync(data) && existsSync(replaced)) await rename(replaced, data);
  await rm(replaced, { recursive: true, force: true });
  if (existsSync(data)) return;
  onCreate?.();
  try {
    const db = await makePglite({ fs: new OwnFiles(fresh, () => lock.seemsHeld()) });
    await db.close();
    await chmod(fresh, 0o700);
    if (!lock.isHeld()) throw lostStore();
    await rename(fresh, data);
  } catch (error) {
    const full = await isFull(root);
    if (lock.isHeld()) await rm(fresh, { recursive: true, force: true });
    throw full ? noSpace(root, CREATING_MEGABYTES, error) : error;
  }
}

async function openPglite(data: string, lock: Lock): Promise<PGlite> {
  await requireStore(data);
  try {
    return await startPglite({ fs: new OwnFiles(data, () => lock.seemsHeld()) });
  } catch (cause) {
    if (await isFull(data)) throw noSpace(data, OPENING_MEGABYTES, cause);
    throw new CostsError(
      'failed',
      `The embedded store in ${data} cannot be opened: its files cannot be read or written, are damaged, or of another version.`,
      {
        hint: 'See that this user can read and write every file of it. Else copy the folder aside, then bring back a backup: costs db restore --help',
        cause,
      },
    );
  }
}

/** Where the file of its version is missing, PGlite would make a new database over the one that is there. */
async function requireStore(data: string): Promise<void> {
  const files = await readdir(data);
  if (files.includes('PG_VERSION')) return;
  if (!files.includes('base') && !files.includes('global'))
    throw new CostsError('failed', `There is no database in ${data}.`, {
      hint: 'Move the folder away to begin again, or bring back a backup: costs db restore --help',
    });
  throw new CostsError(
    'failed',
    `The embedded store in ${data} cannot be opened: its file PG_VERSION is missing. Nothing in it was changed.`,
    { hint: 'Bring that file back, or copy the folder aside and bring back a backup: costs db restore --help' },
  );
}

/** What a new store takes, and what opening one after a crash may write: a segment of its log. */
const [CREATING_MEGABYTES, OPENING_MEGABYTES] = [64, 24];

/** PGlite stops with no word of why; where there is no room for a segment of its log, that is why. */
async function isFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < OPENING_MEGABYTES * 2 ** 20;
}

function noSpace(folder: string, megabytes: number, cause: unknown): CostsError {
  return new CostsError(
    'no-space',
    `There is no space left for the embedded store in ${folder}. Nothing of it was lost.`,
    {
      hint: `Free ${megabytes} MB on that disk, then run the same command again.`,
      cause,
    },
  );
}

/** Where PostgreSQL gives up; what it confirmed is in its log, and the next process reads it from there. */
function stopped(root: string, words: string): CostsError {
  if (/No space left|quota exceeded/i.test(words)) return noSpace(root, OPENING_MEGABYTES, words);
  return new CostsError('failed', `The embedded store in ${root} stopped: ${words}. Nothing of it was lost.`, {
    hint: 'See that its disk can be written, then run the same command again.',
  });
}

function folderError(root: string, error: unknown): unknown {
  const code = codeOf(error);
  if (!/^E[A-Z]+$/.test(code)) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') return noSpace(root, OPENING_MEGABYTES, error);
  const reason: Record<string, string> = {
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the file system is read-only',
    EIO: 'its disk cannot be read or written',
    // So Node tells of a folder that is to be made on a read-only file system.
    ENOENT: 'the folder cannot be made there',
    ENOTDIR: 'a part of the path is a file',
    EEXIST: 'a part of the path is a file',
  };
  return new CostsError('failed', `The embedded store cannot be kept in ${root}: ${reason[code] ?? code}.`, {
    hint: 'Let this user read and write there; for another store, set COSTS_HOME to another folder or DATABASE_URL to a PostgreSQL server.',
    cause: error,
  });
}
