import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import type { PGlite } from '@electric-sql/pglite';
import { packageFile } from '../package-files.js';

const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN } = constants;

/**
 * What `initdb` makes, which takes PGlite seconds of processor time: the build keeps it beside the bundle. Only the PGlite that
 * made it may open it.
 */
export async function emptyStorePath(): Promise<string> {
  const { resolve } = createRequire(import.meta.url);
  const facts = await readFile(join(dirname(resolve('@electric-sql/pglite')), '../package.json'), 'utf8');
  return packageFile(`dist/empty-store-${(JSON.parse(facts) as { version: string }).version}.tar.br`);
}

/** Of a PGlite that has just been made. */
export async function packEmptyStore(db: PGlite): Promise<Buffer> {
  await db.exec('CHECKPOINT');
  const tar = await db.dumpDataDir('none');
  // Its three databases are nearly the same, megabytes apart.
  const params = { [BROTLI_PARAM_QUALITY]: 9, [BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS };
  return promisify(brotliCompress)(await tar.arrayBuffer(), { params });
}

/** For PGlite to begin with; null where none was built for it. */
export async function readEmptyStore(): Promise<Blob | null> {
  const packed = await readFile(await emptyStorePath()).catch(() => null);
  return packed === null ? null : new Blob([await promisify(brotliDecompress)(packed)], { type: 'application/x-tar' });
}
