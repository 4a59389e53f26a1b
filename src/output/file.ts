import { createDraft, type DraftFile } from '../draft-file.js';
import { CostsError } from '../errors.js';

/**
 * Opens a file that takes its name only when it is whole, so that a failure or a full disk leaves what was there before.
 * @throws CostsError `usage` when it cannot be made there, `failed` when the disk is full; so do its methods
 */
export async function createFile(path: string): Promise<DraftFile> {
  const explained = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw explainFile(error as Error, path);
    });
  const draft = await explained(createDraft(path));
  return {
    write: (chunk) => explained(draft.write(chunk)),
    commit: () => explained(draft.commit()),
    discard: () => draft.discard(),
  };
}

const FULL = 'the disk is full';

/** What kept a file, or one of a folder, from being written. */
export function explainFile(error: NodeJS.ErrnoException, path: string): CostsError {
  const reasons: Record<string, string> = {
    ENOENT: 'its folder does not exist',
    EACCES: 'that is not allowed',
    EPERM: 'that is not allowed',
    EROFS: 'the file system is read-only',
    ENOSPC: FULL,
    EDQUOT: FULL,
    EPIPE: 'its reader has gone',
    EISDIR: 'it is a folder',
    ENOTDIR: 'its folder is a file',
  };
  const reason = reasons[error.code ?? ''] ?? error.message;
  return new CostsError(reason === FULL ? 'failed' : 'usage', `${path} cannot be written: ${reason}.`, {
    hint: 'Give another file to --output, or "-" for standard output.',
    cause: error,
  });
}
