import { createReadStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { PGlite } from '@electric-sql/pglite';
import { createDraft } from '../draft-file.js';
import { CostsError } from '../errors.js';
import type { EmbeddedFolders } from './embedded-folders.js';
import { lostStore } from './fence.js';
import { fileError } from './file-error.js';
import type { Lock } from './lock.js';
import { OwnFiles } from './own-files.js';
import { startPglite } from './pglite.js';
import { TarCheck } from './tar-check.js';

/** A store packs to between an eighth and a thirtieth of its size; its empty log files make up most of a small one. */
const MOST_TIMES = 60;
const LEAST_BOUND = 256 * 1024 * 1024;

/** Writes the whole store, packed, to a file that only its owner can read. @throws CostsError `usage` when it exists */
export async function writeBackup(db: PGlite, lock: Lock, path: string): Promise<{ bytes: number }> {
  const file = await createDraft(path, { replace: false }).catch((error: unknown) => {
    throw fileError(path, error);
  });
  try {
    await db.exec('CHECKPOINT');
    const packed = await db.dumpDataDir('gzip');
    for await (const chunk of packed.stream() as ReadableStream<Uint8Array>) await file.write(chunk);
    // What was read may then be half of its successor's.
    if (!lock.isHeld()) throw lostStore();
    await file.commit();
    return { bytes: packed.size };
  } catch (error) {
    await file.discard();
    throw fileError(path, error);
  }
}

/**
 * Puts a backup in the place of what the embedded store holds. It is unpacked and opened beside it first: a file that is
 * no backup changes nothing.
 * @param agree throws where the store is to stay as it is, once the file is known to be a backup
 * @throws CostsError `usage` when the file cannot be read or is no backup
 */
export async function restoreBackup(
  { root, data, replaced, moved }: EmbeddedFolders,
  lock: Lock,
  path: string,
  agree: () => Promise<void>,
): Promise<void> {
  const fresh = `${root}/data.new`;
  await rm(fresh, { recursive: true, force: true });
  try {
    await unpackStore(path, new OwnFiles(fresh, () => lock.seemsHeld()));
    await agree();
    if (!lock.isHeld()) throw lostStore();
    // A kill between the two leaves the store under the name `replaced`, where the next start looks for it.
    if (await stat(data).catch(() => null)) await rename(data, replaced);
    await rename(fresh, data);
  } finally {
    if (lock.isHeld()) await rm(fresh, { recursive: true, force: true });
  }
  await rm(replaced, { recursive: true, force: true });
  await rm(moved, { force: true });
}

/** Makes a store of a backup, and opens it to see that it is one. */
async function unpackStore(path: string, fs: OwnFiles): Promise<void> {
  const tar = await unpack(path);
  try {
    const db = await startPglite({ fs, loadDataDir: tar });
    const { rows } = await db.query<{ ours: boolean }>(`SELECT to_regclass('cost_data') IS NOT NULL AS ours`);
    await readAll(db);
    await db.close();
    if (rows[0]?.ours !== true) throw new Error('No tables of ours.');
  } catch (cause) {
    throw notABackup(path, cause);
  }
}

/** Reads every page, whose checksums PostgreSQL compares: a damaged store must not take the place of a good one. */
async function readAll(db: PGlite): Promise<void> {
  await db.exec('SET enable_indexonlyscan = off');
  const { rows } = await db.query<{ sql: string }>(
    `SELECT format('SELECT count(*) FROM %s', oid::regclass) AS sql FROM pg_class WHERE relkind IN ('r', 't', 'm')`,
  );
  for (const { sql } of rows) await db.query(sql);
}

/**
 * The archive in a backup. Unpacked here, because a damaged file would break PGlite's own unpacking outside of any promise
 * one could wait for, and a small file that unpacks to gigabytes would fill the memory.
 */
async function unpack(path: string): Promise<Blob> {
  const archive = new TarCheck();
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    const most = Math.max(LEAST_BOUND, MOST_TIMES * (await stat(path)).size);
    await pipeline(createReadStream(path), createGunzip(), async (unpacked: AsyncIterable<Buffer>) => {
      for await (const chunk of unpacked) {
        archive.push(chunk);
        bytes += chunk.byteLength;
        if (bytes > most) throw new Error(`It unpacks to more than ${most} bytes.`);
        chunks.push(chunk);
      }
      archive.end();
    });
  } catch (error) {
    const explained = fileError(path, error);
    throw explained instanceof CostsError ? explained : notABackup(path, error);
  }
  return new Blob(chunks, { type: 'application/x-tar' });
}

function notABackup(path: string, cause: unknown): CostsError {
  return new CostsError(
    'usage',
    `${path} is not a backup of costs db backup that this version can open. Nothing was changed.`,
    {
      hint: 'Use the file as it was written, with the version of costs that wrote it.',
      cause,
    },
  );
}
