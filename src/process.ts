import { setFlagsFromString } from 'node:v8';
import { createRuntime, type OpenContext } from './context.js';
import { readConfig } from './config.js';
import { CostsError } from './errors.js';
import { execute } from './execute.js';
import { boundHeap } from './heap.js';

/** How long a command may take to end by itself after the first signal; the second one ends it at once. */
const GRACE_MILLISECONDS = 10_000;

/** Runs one command as this process: its signals, its exit code. */
export async function runProcess(argv: readonly string[], version: string): Promise<void> {
  const interruption = listenForSignals();
  // The embedded store is WebAssembly. Optimising it takes longer than a command runs: without, it opens in half the time.
  setFlagsFromString('--liftoff-only');
  const runtime = createRuntime({ version, config: readConfig(), signal: interruption.signal, argv });
  // Help opens nothing and holds little.
  const open: OpenContext = (options) => {
    void boundHeap();
    return runtime.open(options);
  };
  try {
    process.exitCode = await execute(argv, { ...runtime, open }, interruption.overdue);
  } finally {
    interruption.stop();
    await runtime.close();
  }
}

/** What asks a command to end: Ctrl-C, whoever runs it, and a terminal that is closed. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The first signal asks the command to end, the second ends the process. The listener stays for as long as the command runs:
 * libraries that put the cursor back at an exit end the process themselves once nobody else listens.
 */
function listenForSignals() {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let giveUp: (error: CostsError) => void = () => undefined;
  const overdue = new Promise<never>((_, reject) => (giveUp = reject));
  overdue.catch(() => undefined);
  const onSignal = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      stop();
      process.kill(process.pid, signal);
      return;
    }
    controller.abort();
    const error = new CostsError('interrupted', 'Interrupted.');
    timer = setTimeout(() => giveUp(error), GRACE_MILLISECONDS);
    timer.unref();
  };
  const stop = () => {
    for (const each of ENDING) process.off(each, onSignal);
    clearTimeout(timer);
  };
  for (const each of ENDING) process.on(each, onSignal);
  return { signal: controller.signal, overdue, stop };
}
