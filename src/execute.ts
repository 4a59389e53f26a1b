import { CommanderError, type Command } from 'commander';
import { showNextStep } from './commands/next-step.js';
import { readGlobalOptions, type Runtime } from './context.js';
import { asCostsError, CostsError } from './errors.js';
import { createProgram } from './program.js';

/**
 * Runs one command: argv in, exit code out. The one place that catches what a command throws.
 * @param overdue rejects when the command has been asked to end and does not
 */
export async function execute(argv: readonly string[], runtime: Runtime, overdue?: Promise<never>): Promise<number> {
  try {
    return await Promise.race([run(argv, runtime), ...(overdue === undefined ? [] : [overdue])]);
  } catch (thrown) {
    const error = toUserError(thrown);
    if (error === null) return 0;
    runtime.output().fail(error);
    return error.exitCode;
  }
}

async function run(argv: readonly string[], runtime: Runtime): Promise<number> {
  let exitCode = 0;
  const program = await createProgram(
    argv,
    runtime.version,
    (options) => runtime.open(options),
    (code) => (exitCode = code),
  );
  silenceErrors(program, runtime);
  if (
    argv.every(
      (word) => word.startsWith('-') && word !== '-h' && word !== '--help' && word !== '-V' && word !== '--version',
    )
  ) {
    await showNextStep(runtime.open(readGlobalOptions(argv)));
    return 0;
  }
  await program.parseAsync(argv, { from: 'user' });
  return exitCode;
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
