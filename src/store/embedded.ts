import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { CostsError } from '../errors.js';
import type { Database, OpenOptions } from './database.js';
import { embeddedFolders, type EmbeddedFolders } from './embedded-folders.js';
import { writeBackup } from './backup.js';
import { acquireLock, type Lock, type LockOptions } from './lock.js';
import { fence } from './fence.js';
import { servePglite } from './pglite.js';
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
    await createIfMissing(folders, onCreate);
    const moved = await readMoved(folders);
    if (moved !== null) onMoved?.(moved);
    const db = fence(await openPglite(folders.data), lock);
    const served = await servePglite(db, folders.socket, () => lock.isHeld());
    return createDatabase({
      kind: 'embedded',
      place: { label: folders.root, server: folders.root, database: 'postgres', user: 'postgres' },
      pool: served.pool,
      openSession: () => openSession(served.pool),
      backup: (path) => writeBackup(db, path),
      close: async () => {
        await served.close();
        await lock.release();
      },
    });
  } catch (error) {
    await lock.release();
    throw error instanceof CostsError ? error : folderError(folders.root, error);
  }
}

/** Makes the folder and takes its lock, without opening what is in it. */
export async function lockEmbedded(
  home: string,
  options: LockOptions,
): Promise<{ folders: EmbeddedFolders; lock: Lock }> {
  const folders = embeddedFolders(home);
  await makePrivate(home, folders.root);
  try {
    return { folders, lock: await acquireLock(folders.lock, options) };
  } catch (error) {
    throw folderError(folders.root, error);
  }
}

/** Where the store was copied to, or null. */
async function readMoved({ moved }: EmbeddedFolders): Promise<string | null> {
  const text = await readFile(moved, 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as { to: string }).to;
}

async function makePrivate(home: string, root: string): Promise<void> {
  try {
    await mkdir(home, { recursive: true, mode: 0o700 });
    await mkdir(root, { recursive: true, mode: 0o700 });
    await chmod(root, 0o700);
  } catch (error) {
    throw folderError(root, error);
  }
}

/** Built beside its place and moved there when complete: a kill in the middle must not leave half a database. */
async function createIfMissing(
  { root, data, replaced }: EmbeddedFolders,
  onCreate: (() => void) | undefined,
): Promise<void> {
  const fresh = join(root, 'data.new');
  await rm(fresh, { recursive: true, force: true });
  if (!existsSync(data) && existsSync(replaced)) await rename(replaced, data);
  await rm(replaced, { recursive: true, force: true });
  if (existsSync(data)) return;
  onCreate?.();
  const db = await PGlite.create(fresh);
  await db.close();
  await chmod(fresh, 0o700);
  await rename(fresh, data);
}

export async function openPglite(data: string): Promise<PGlite> {
  try {
    return await PGlite.create(data);
  } catch (cause) {
    throw new CostsError(
      'failed',
      `The embedded store in ${data} cannot be opened: its files are damaged, or of another version.`,
      {
        hint: 'Move the folder away to begin anew, or bring back a backup: costs db restore --help',
        cause,
      },
    );
  }
}

function folderError(root: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!/^E[A-Z]+$/.test(code)) return error;
  const reason: Record<string, string> = {
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
    ENOTDIR: 'a part of the path is a file',
    EEXIST: 'a part of the path is a file',
  };
  return new CostsError('failed', `The embedded store cannot be kept in ${root}: ${reason[code] ?? code}.`, {
    hint: 'Set COSTS_HOME to a folder this user can write to, or DATABASE_URL to use a PostgreSQL server.',
    cause: error,
  });
}
