import { stat } from 'node:fs/promises';
import { CostsError, codeOf } from '../errors.js';

const NO_FILE = 'is not a file, but a pipe, a socket or a device';

/**
 * Refuses what could keep its reader waiting for ever.
 * @throws CostsError `usage`, or NodeJS.ErrnoException for `fileError`
 */
export async function requireFile(path: string): Promise<void> {
  const found = await stat(path);
  if (!found.isFile() && !found.isDirectory())
    throw new CostsError('usage', `${path} ${NO_FILE}. Nothing was changed.`, {
      hint: 'Write what comes from it to a file, and name that.',
    });
}

/** What kept a file from being read or written; anything else as it is. */
export function fileError(path: string, error: unknown): unknown {
  const code = codeOf(error);
  const reasons: Record<string, string> = {
    EEXIST: 'exists already, and is not written over',
    ENOENT: 'is not there, or its folder is not',
    EACCES: 'may not be opened by this user',
    EISDIR: 'is a folder',
    ENOTDIR: 'has a file where a folder should be',
    ENXIO: NO_FILE,
    ELOOP: 'is a link that leads back to itself',
    ENAMETOOLONG: 'is a longer name than the file system has',
    ENOSPC: 'cannot be written: the disk is full',
    EROFS: 'cannot be written: the file system is read-only',
  };
  const reason = reasons[code];
  if (reason === undefined) return error;
  return new CostsError(code === 'ENOSPC' ? 'failed' : 'usage', `${path} ${reason}. Nothing was changed.`, {
    hint: 'Name another file.',
    cause: error,
  });
}
