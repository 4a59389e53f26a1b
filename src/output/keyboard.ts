import { PassThrough } from 'node:stream';

const CTRL_C = 0x03;
const CTRL_D = 0x04;
const CTRL_Z = 0x1a;
const SHOW_CURSOR = '\u001b[?25h';
const LINE_ENDS = [0x0a, 0x0d];

/**
 * Standard input of a command that asks. From `hold` to `release` the terminal echoes nothing, and what is typed reaches a
 * question only while it stands: a secret that is pasted too early must neither show nor answer something else, so it is dropped.
 */
export interface Keyboard {
  hold(): void;
  /**
   * Gives the keys to one question. Ctrl-C and Ctrl-D are a signal to the process; it, and the end of the input, reach the
   * question as Ctrl-C. After Ctrl-Z it is asked anew once the process goes on.
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
  /** A question that is to be asked anew. */
  let stopped: PassThrough | null = null;
  const interrupt = () => void question?.write(Buffer.of(CTRL_C));
  const onEnd = () => {
    ended = true;
    interrupt();
  };
  const onContinue = () => {
    // The shell has let the terminal echo meanwhile, which Node.js does not know.
    stdin.setRawMode(false).setRawMode(true);
    stopped = question;
    interrupt();
  };
  const onData = (chunk: Buffer) => {
    if (chunk.includes(CTRL_Z)) return suspend(stdin);
    // The terminal makes no signal of it while nothing is echoed; it ends all that is under way, and not the question alone.
    if (chunk.includes(CTRL_C) || (question !== null && chunk.includes(CTRL_D))) {
      if (question === null) release();
      process.emit('SIGINT', 'SIGINT');
    } else if (question !== null && isTaken(chunk.toString())) question.write(firstLine(chunk));
  };
  const release = () => {
    if (!held) return;
    held = false;
    process.off('SIGCONT', onContinue);
    stdin.off('data', onData).off('end', onEnd).off('error', onEnd);
    stdin.setRawMode(false);
    stdin.pause();
  };
  const hold = () => {
    if (held) return;
    held = true;
    stdin.setRawMode(true);
    // A terminal that is gone ends the input by an error.
    stdin.on('data', onData).on('end', onEnd).on('error', onEnd).resume();
    stdin.unref();
    process.on('SIGCONT', onContinue);
  };
  return {
    hold,
    release,
    async during(ask, takes) {
      hold();
      isTaken = takes;
      stdin.ref();
      process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
      try {
        for (;;) {
          const input = (question = new PassThrough());
          const answer = ask(input);
          if (ended) interrupt();
          try {
            return await answer;
          } catch (error) {
            if (stopped !== input) throw error;
          }
        }
      } finally {
        process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
        stdin.unref();
        question = null;
      }
    },
  };
}

/** As the terminal would do it, were it left to it: the whole job stops, on a terminal that echoes. Goes on with the job. */
function suspend(stdin: NodeJS.ReadStream): void {
  if (process.platform === 'win32') return;
  stdin.setRawMode(false);
  process.stderr.write(SHOW_CURSOR);
  process.kill(0, 'SIGTSTP');
  stdin.setRawMode(true);
}

/** What is pasted behind the end of a line was meant for nothing that has been asked yet. */
function firstLine(chunk: Buffer): Buffer {
  const end = chunk.findIndex((byte) => LINE_ENDS.includes(byte));
  return end === -1 ? chunk : chunk.subarray(0, end + 1);
}
