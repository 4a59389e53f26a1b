import { CostsError } from '../errors.js';

type Fail = (error: CostsError) => void;

/** How the command at work tells a failure; its output knows whether JSON was asked for. */
let tell: Fail | undefined;

/** What a pipe that was closed, and a terminal that is gone, answer with. */
const GONE = ['EPIPE', 'EIO'];

/**
 * `costs report | head -1` closes the pipe early, and whoever closes a window wants nothing more: neither is a failure. A
 * document that cannot be written is one, and ends the command with 1 where it had done its work; what is said on standard
 * error is lost without stopping anything, as a run needs no log.
 */
export function guardPipes(fail: Fail): void {
  const isFirst = tell === undefined;
  tell = fail;
  if (!isFirst) return;
  process.stderr.on('error', () => undefined);
  let isTold = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Each further piece fails as well.
    if (isTold || GONE.includes(error.code ?? '')) return;
    isTold = true;
    process.once('exit', () => (process.exitCode ||= 1));
    const why = error.code === 'ENOSPC' ? 'the disk is full' : error.message;
    const hint = 'Make room there, or send it elsewhere.';
    tell?.(new CostsError('failed', `Standard output cannot be written: ${why}.`, { hint, cause: error }));
  });
}

/** Columns of the terminal behind a stream; as many as one likes where there is none, or it does not know them. */
export function widthOf({ isTTY, columns }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> = process.stdout): number {
  return isTTY && columns > 0 ? columns : Infinity;
}

/** One line on standard output, where there is nothing else to say and a whole output would only cost time. */
export function printLine(text: string): void {
  guardPipes(({ message }) => process.stderr.write(`costs: ${message}\n`));
  process.stdout.write(`${text}\n`);
}

/** Until a full stream takes more, or never will. It leaves no listener behind: a long export waits a thousand times. */
export function untilWritable(stream: Pick<NodeJS.WriteStream, 'once' | 'off'>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.once('drain', done).once('close', done);
  });
}
