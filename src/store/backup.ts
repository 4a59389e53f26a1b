import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';
import { CostsError } from '../errors.js';
import type { EmbeddedFolders } from './embedded-folders.js';
import { fileError } from './file-error.js';

/** Writes the whole store, packed, to a file that only its owner can read. @throws CostsError `usage` when it exists */
export async function writeBackup(db: PGlite, path: string): Promise<{ bytes: number }> {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    throw fileError(path, error);
  });
  try {
    await db.exec('CHECKPOINT');
    const packed = Buffer.from(await (await db.dumpDataDir('gzip')).arrayBuffer());
    await file.writeFile(packed);
    await file.sync();
    await file.close();
    return { bytes: packed.byteLength };
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(path, { force: true });
    throw fileError(path, error);
  }
}

/**
 * Puts a backup in the place of what the embedded store holds. It is unpacked and opened beside it first: a file that is
 * no backup changes nothing. The caller holds the lock.
 * @throws CostsError `usage` when the file cannot be read or is no backup
 */
export async function restoreBackup({ root, data, replaced, moved }: EmbeddedFolders, path: string): Promise<void> {
  const packed = await readFile(path).catch((error: unknown) => {
    throw fileError(path, error);
  });
  const fresh = `${root}/data.new`;
  await rm(fresh, { recursive: true, force: true });
  try {
    // Unpacked here: a damaged file would break PGlite's own unpacking outside of any promise one could wait for.
    const tar = await promisify(gunzip)(packed);
    const db = await PGlite.create({ dataDir: fresh, loadDataDir: new Blob([tar], { type: 'application/x-tar' }) });
    const { rows } = await db.query<{ ours: boolean }>(`SELECT to_regclass('cost_data') IS NOT NULL AS ours`);
    await db.close();
    if (rows[0]?.ours !== true) throw new Error('No tables of ours.');
  } catch (cause) {
    await rm(fresh, { recursive: true, force: true });
    throw new CostsError(
      'usage',
      `${path} is not a backup of costs db backup that this version can open. Nothing was changed.`,
      {
        hint: 'Use the file as it was written, with the version of costs that wrote it.',
        cause,
      },
    );
  }
  // A kill between the two leaves the store under the name `replaced`, where the next start looks for it.
  if (await stat(data).catch(() => null)) await rename(data, replaced);
  await rename(fresh, data);
  await rm(replaced, { recursive: true, force: true });
  await rm(moved, { force: true });
}
