let listening = false;

/** What a pipe that was closed, and a terminal that is gone, answer with. */
const GONE = ['EPIPE', 'EIO'];

/** `costs report | head -1` closes the pipe early, and whoever closes a window wants nothing more: neither is a failure. */
export function ignoreClosedPipes(): void {
  if (listening) return;
  listening = true;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!GONE.includes(error.code ?? '')) throw error;
    });
  }
}

/** One line on standard output, where there is nothing else to say and a whole output would only cost time. */
export function printLine(text: string): void {
  ignoreClosedPipes();
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
