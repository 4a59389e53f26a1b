import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { CostsError } from '../errors.js';
import type { Database } from './database.js';
import { embeddedFolders, type EmbeddedFolders } from './embedded-folders.js';
import { acquireLock } from './lock.js';
import type { OpenOptions } from './open.js';
import { servePglite } from './pglite.js';
import { createDatabase } from './postgres.js';

/**
 * Opens the embedded PostgreSQL under `home`, creating it on first use, and holds its exclusive lock until it is closed:
 * PGlite has no lock of its own, and two processes on one folder lose each other's writes without a word.
 * @throws CostsError `failed` when the folder cannot be used, `interrupted` when the signal ends the wait
 */
export async function openEmbedded(home: string, { onWait, onCreate, signal }: OpenOptions = {}): Promise<Database> {
  const folders = embeddedFolders(home);
  await makePrivate(home, folders.root);
  const lock = await acquireLock(folders.lock, { onWait, signal }).catch((error: unknown) => {
    throw folderError(folders.root, error);
  });
  try {
    await createIfMissing(folders, onCreate);
    const served = await servePglite(await openPglite(folders.data), folders.socket);
    return createDatabase({
      kind: 'embedded',
      place: { label: folders.root, server: folders.root, database: 'postgres', user: 'postgres' },
      pool: served.pool,
      openSession: () => ({ pool: served.pool, close: () => Promise.resolve() }),
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
async function createIfMissing({ root, data }: EmbeddedFolders, onCreate: (() => void) | undefined): Promise<void> {
  for (const name of await readdir(root))
    if (name.startsWith('data.new')) await rm(join(root, name), { recursive: true, force: true });
  if (
    await stat(data).then(
      () => true,
      () => false,
    )
  )
    return;
  onCreate?.();
  const fresh = join(root, 'data.new');
  const db = await PGlite.create(fresh);
  await db.close();
  await rename(fresh, data);
}

async function openPglite(data: string): Promise<PGlite> {
  try {
    return await PGlite.create(data);
  } catch (cause) {
    throw new CostsError(
      'failed',
      `The embedded store in ${data} cannot be opened: its files are damaged, or of another version.`,
      {
        hint: 'Bring back a backup with costs db restore FILE, or move the folder away to begin anew.',
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
