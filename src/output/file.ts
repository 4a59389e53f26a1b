import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { basename, dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { CostsError } from '../errors.js';

/** A document that is written piece by piece: nobody sees it before it is whole. */
export interface DocumentFile {
  /** Awaits a slow disk. */
  write(chunk: string): Promise<void>;
  /** Puts the whole document into its place. */
  commit(): Promise<void>;
  /** Leaves no trace of it. */
  discard(): Promise<void>;
}

/**
 * Opens a file that takes its name only when it is whole, so that a failure or a full disk leaves what was there before.
 * @throws CostsError `usage` when it cannot be made there
 */
export async function createFile(path: string): Promise<DocumentFile> {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  const stream = createWriteStream(draft, { flags: 'wx', highWaterMark: 1024 * 1024 });
  let failure: Error | undefined;
  stream.on('error', (error) => (failure = error));
  const check = () => {
    if (failure !== undefined) throw explain(failure, path);
  };
  const discard = async () => {
    stream.destroy();
    await rm(draft, { force: true });
  };
  try {
    await once(stream, 'open');
  } catch (error) {
    throw explain(error as Error, path);
  }
  return {
    async write(chunk) {
      check();
      if (!stream.write(chunk)) {
        // Whichever comes second would go on listening, once more a chunk.
        const settled = new AbortController();
        const { signal } = settled;
        await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })]).catch(
          () => undefined,
        );
        settled.abort();
      }
      check();
    },
    async commit() {
      try {
        stream.end();
        await finished(stream);
        await rename(draft, path);
      } catch (error) {
        await discard();
        throw explain(error as Error, path);
      }
    },
    discard,
  };
}

function explain(error: NodeJS.ErrnoException, path: string): CostsError {
  const reasons: Record<string, string> = {
    ENOENT: 'its folder does not exist',
    EACCES: 'that is not allowed',
    EPERM: 'that is not allowed',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
    EISDIR: 'it is a folder',
    ENOTDIR: 'its folder is a file',
  };
  return new CostsError('usage', `${path} cannot be written: ${reasons[error.code ?? ''] ?? error.message}.`, {
    hint: 'Give another file to --output, or "-" for standard output.',
    cause: error,
  });
}
