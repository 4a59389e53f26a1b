import { PassThrough } from 'node:stream';

const CTRL_C = 0x03;
const CTRL_D = 0x04;
const LINE_ENDS = [0x0a, 0x0d];

/**
 * Standard input of a command that asks. From `hold` to `release` the terminal echoes nothing, and what is typed reaches a
 * question only while it stands: a secret that is pasted too early must neither show nor answer something else, so it is dropped.
 */
export interface Keyboard {
  hold(): void;
  /**
   * Gives the keys to one question. Ctrl-C and Ctrl-D are a signal to the process; it, and the end of the input, reach the
   * question as Ctrl-C.
   * @param takes whether what comes at once, as a paste does, is for this question
   */
  during<T>(ask: (input: NodeJS.ReadableStream) => Promise<T>, takes: (text: string) => boolean): Promise<T>;
  /** Gives the terminal back. */
  release(): void;
}

export function createKeyboard(stdin: NodeJS.ReadStream): Keyboard {
  let question: PassThrough | null = null;
  let isTaken: (text: string) => boolean = () => true;
  let held = false;
  let ended = false;
  const interrupt = () => void question?.write(Buffer.of(CTRL_C));
  const onEnd = () => {
    ended = true;
    interrupt();
  };
  const onData = (chunk: Buffer) => {
    // The terminal makes no signal of it while nothing is echoed; it ends all that is under way, and not the question alone.
    if (chunk.includes(CTRL_C) || (question !== null && chunk.includes(CTRL_D))) {
      if (question === null) release();
      process.emit('SIGINT', 'SIGINT');
    } else if (question !== null && isTaken(chunk.toString())) question.write(firstLine(chunk));
  };
  const release = () => {
    if (!held) return;
    held = false;
    stdin.off('data', onData).off('end', onEnd);
    stdin.setRawMode(false);
    stdin.pause();
  };
  const hold = () => {
    if (held) return;
    held = true;
    stdin.setRawMode(true);
    stdin.on('data', onData).on('end', onEnd).resume();
    stdin.unref();
  };
  return {
    hold,
    release,
    async during(ask, takes) {
      hold();
      const input = (question = new PassThrough());
      isTaken = takes;
      stdin.ref();
      process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
      try {
        const answer = ask(input);
        if (ended) interrupt();
        return await answer;
      } finally {
        process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
        stdin.unref();
        question = null;
      }
    },
  };
}

/** What is pasted behind the end of a line was meant for nothing that has been asked yet. */
function firstLine(chunk: Buffer): Buffer {
  const end = chunk.findIndex((byte) => LINE_ENDS.includes(byte));
  return end === -1 ? chunk : chunk.subarray(0, end + 1);
}
