import { createDraft, type DraftFile } from '../draft-file.js';
import { CostsError } from '../errors.js';

/**
 * Opens a file that takes its name only when it is whole, so that a failure or a full disk leaves what was there before.
 * @throws CostsError `usage` when it cannot be made there; so do its methods
 */
export async function createFile(path: string): Promise<DraftFile> {
  const explained = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw explain(error as Error, path);
    });
  const draft = await explained(createDraft(path));
  return {
    write: (chunk) => explained(draft.write(chunk)),
    commit: () => explained(draft.commit()),
    discard: () => draft.discard(),
  };
}

function explain(error: NodeJS.ErrnoException, path: string): CostsError {
  const reasons: Record<string, string> = {
    ENOENT: 'its folder does not exist',
    EACCES: 'that is not allowed',
    EPERM: 'that is not allowed',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
    EPIPE: 'its reader has gone',
    EISDIR: 'it is a folder',
    ENOTDIR: 'its folder is a file',
  };
  return new CostsError('usage', `${path} cannot be written: ${reasons[error.code ?? ''] ?? error.message}.`, {
    hint: 'Give another file to --output, or "-" for standard output.',
    cause: error,
  });
}
