import { CostsError, codeOf } from '../errors.js';

/** What kept a file from being read or written; anything else as it is. */
export function fileError(path: string, error: unknown): unknown {
  const code = codeOf(error);
  const reasons: Record<string, string> = {
    EEXIST: 'exists already, and is not written over',
    ENOENT: 'is not there, or its folder is not',
    EACCES: 'may not be opened by this user',
    EISDIR: 'is a folder',
    ENOTDIR: 'has a file where a folder should be',
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
