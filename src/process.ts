import { CommanderError, type Command } from 'commander';
import { readConfig } from './config.js';
import { createRuntime, readGlobalOptions } from './context.js';
import { asCostsError, CostsError } from './errors.js';
import { createProgram } from './program.js';
import { showNextStep } from './commands/next-step.js';

/** How long a command may take to end by itself after the first signal; the second one ends it at once. */
const GRACE_MILLISECONDS = 10_000;

/** Runs one command: argv in, exit code out. The one place that catches what a command throws. */
export async function runProcess(argv: readonly string[], version: string): Promise<void> {
  const interruption = listenForSignals();
  const runtime = createRuntime({ version, config: readConfig(), signal: interruption.signal, argv });
  try {
    await Promise.race([run(argv, runtime), interruption.overdue]);
  } catch (thrown) {
    const error = toUserError(thrown);
    if (error !== null) {
      runtime.output().fail(error);
      process.exitCode = error.exitCode;
    }
  } finally {
    interruption.stop();
    await runtime.close();
  }
}

type Runtime = ReturnType<typeof createRuntime>;

async function run(argv: readonly string[], runtime: Runtime): Promise<void> {
  const program = await createProgram(argv, runtime.version, (options) => runtime.open(options));
  silenceErrors(program, runtime);
  if (
    argv.every(
      (word) => word.startsWith('-') && word !== '-h' && word !== '--help' && word !== '-V' && word !== '--version',
    )
  ) {
    return showNextStep(runtime.open(readGlobalOptions(argv)));
  }
  await program.parseAsync(argv, { from: 'user' });
}

/** What Commander would print of a mistake is said by `fail`, in our words and as JSON where that was asked for. */
function silenceErrors(program: Command, runtime: Runtime): void {
  const settings = {
    writeOut: (text: string) => runtime.output().print(text),
    writeErr: () => undefined,
    outputError: () => undefined,
  };
  const visit = (command: Command): void => {
    command.configureOutput(settings).exitOverride();
    command.commands.forEach(visit);
  };
  visit(program);
}

/** Null for what is no error: help and version were printed. */
function toUserError(thrown: unknown): CostsError | null {
  if (!(thrown instanceof CommanderError)) return asCostsError(thrown);
  if (thrown.exitCode === 0) return null;
  if (thrown.code === 'commander.help') return new CostsError('usage', 'Which command?', { hint: 'costs --help' });
  const sentence = thrown.message
    .replace(/^error: /, '')
    .replace(/\n+\(?/g, ' ')
    .replace(/\)$/, '')
    .trim();
  const text = sentence.charAt(0).toUpperCase() + sentence.slice(1);
  return new CostsError('usage', /[.?!]$/.test(text) ? text : `${text}.`, { hint: 'See how it is used: add --help' });
}

function listenForSignals() {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let giveUp: (error: CostsError) => void = () => undefined;
  const overdue = new Promise<never>((_, reject) => (giveUp = reject));
  overdue.catch(() => undefined);
  const onSignal = () => {
    // The next one takes its default course and ends the process at once.
    stop();
    controller.abort();
    const error = new CostsError('interrupted', 'Interrupted.', { hint: 'Run the same command again.' });
    timer = setTimeout(() => giveUp(error), GRACE_MILLISECONDS);
    timer.unref();
  };
  const stop = () => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    clearTimeout(timer);
  };
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  return { signal: controller.signal, overdue, stop };
}
