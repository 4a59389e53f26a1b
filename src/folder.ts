import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './errors.js';

/**
 * Makes a folder for this user alone, with those above it; one that is there stays as it is. Not by Node's own way to make
 * them all: below a folder that takes none in, as /proc, that one tries for ever.
 * @throws NodeJS.ErrnoException as the file system says it
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    const parent = dirname(path);
    if (parent === path || codeOf(error) !== 'ENOENT') throw error;
    await makeFolder(parent);
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const found = await stat(path).catch(() => null);
    if (found?.isDirectory() !== true) throw error;
  }
}
