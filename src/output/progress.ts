import type { Ora } from 'ora';
import type { Progress } from './output.js';

interface Streams {
  /** Writes one line to standard error. */
  line: (text: string) => void;
  /** A text as it may be shown. */
  told: (text: string) => string;
}

interface MovingStreams extends Streams {
  /** Whether anything may have a colour. */
  colour: boolean;
}

/** Nothing at all, for --json and --quiet. */
export function silentProgress(): Progress {
  const nothing = () => undefined;
  return { update: nothing, step: nothing, done: nothing, stop: nothing };
}

/** One plain line a finished step, where nothing moves. */
export function plainProgress(line: Streams['line']): Progress {
  return { update: () => undefined, step: line, done: line, stop: () => undefined };
}

/** A spinner with a text that changes. It starts only once the library is there, which takes a moment. */
export function spinningProgress(text: string, { line, told, colour }: MovingStreams): Progress {
  let current = told(text);
  let stopped = false;
  let spinner: Ora | undefined;
  void import('ora').then(({ default: ora }) => {
    if (!stopped)
      spinner = ora({ text: current, color: colour && 'cyan', stream: process.stderr, discardStdin: false }).start();
  });
  const keep = (write: () => void) => {
    spinner?.clear();
    write();
    if (!stopped) spinner?.render();
  };
  return {
    update(next) {
      current = told(next);
      if (spinner !== undefined) spinner.text = current;
    },
    step: () => undefined,
    done: (next) => keep(() => line(next)),
    stop() {
      stopped = true;
      spinner?.stop();
    },
  };
}
