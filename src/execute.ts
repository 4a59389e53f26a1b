import { CommanderError, type Command } from 'commander';
import { globalOptions } from './commands/define.js';
import { perform } from './commands/perform.js';
import { readGlobalOptions, type Runtime } from './context.js';
import { asCostsError, CostsError } from './errors.js';
import { createProgram } from './program.js';
import {
  commandAt,
  explainMistake,
  hasDefault,
  optionsOf,
  refuseUnknownCommand,
  refuseUnknownOption,
} from './usage-errors.js';

/**
 * Runs one command: argv in, exit code out. The one place that catches what a command throws.
 * @param overdue rejects when the command has been asked to end and does not
 */
export async function execute(argv: readonly string[], runtime: Runtime, overdue?: Promise<never>): Promise<number> {
  try {
    return await run(argv, runtime, overdue);
  } catch (thrown) {
    // Help and the version were asked for, and are printed.
    if (thrown instanceof CommanderError) return 0;
    const error = asCostsError(thrown);
    runtime.output().fail(error);
    return error.exitCode;
  }
}

async function run(typed: readonly string[], runtime: Runtime, overdue?: Promise<never>): Promise<number> {
  const argv = behindCommand(typed);
  let exitCode = 0;
  const program = await createProgram(
    argv,
    runtime.version,
    (options) => runtime.open(options),
    (code) => (exitCode = code),
    runtime.output().width,
  );
  silenceErrors(program, runtime);
  const start = async () => {
    const options = readGlobalOptions(argv);
    // The team's name is no command.
    const words = argv.filter((word, index) => word !== options.team || argv[index - 1] !== '--team');
    refuseUnknownCommand(program, words);
    const isKnown = optionsOf(program);
    if (words.every((word) => word.startsWith('-')) && !words.some((word) => isKnown.includes(word))) {
      refuseUnknownOption(program, words);
      if (words.includes('--team') && (options.team ?? '-').startsWith('-')) throw missingTeam();
      // Its tables are loaded for it alone: every start would pay for them.
      const { dashboard } = await import('./commands/dashboard.js');
      return perform(dashboard, options, runtime.open(options));
    }
    await program.parseAsync(asksForHelp(program, words) ?? argv, { from: 'user' });
    return exitCode;
  };
  try {
    return await Promise.race([start(), ...(overdue === undefined ? [] : [overdue])]);
  } catch (thrown) {
    throw explainMistake(thrown, program, argv);
  }
}

/** Options that every command takes, where they were typed before it, as other programs want them. */
function behindCommand(typed: readonly string[]): readonly string[] {
  const known = globalOptions().map(({ long }) => long);
  let first = 0;
  while (known.includes(typed[first]?.split('=')[0])) first += typed[first] === '--team' ? 2 : 1;
  const options = typed.slice(0, first).flatMap((word) => (/^--team=/.test(word) ? ['--team', word.slice(7)] : [word]));
  const [command, ...words] = typed.slice(first);
  if (command === undefined || command.startsWith('-')) return [...options, ...typed.slice(first)];
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  return [command, ...words.slice(0, end), ...options, ...words.slice(end)];
}

/** `help keys add` as Commander wants it, which explains no command below another, and a group alone, which takes no option of ours. */
function asksForHelp(program: Command, words: readonly string[]): string[] | null {
  const [first, ...others] = words;
  const explained = commandAt(program, others).path;
  if (first === 'help') return explained.length > 1 ? [...explained, '--help'] : null;
  const known = globalOptions().map(({ long }) => long);
  const asked = words.filter((word) => !known.includes(word.split('=')[0]));
  const { command, path } = commandAt(program, asked);
  const isGroup = path.length > 0 && command.commands.length > 0 && Reflect.get(command, '_actionHandler') == null;
  return isGroup && !hasDefault(command) && asked.length === path.length ? [...path, '--help'] : null;
}

function missingTeam(): CostsError {
  return new CostsError('usage', 'Which team? The name behind --team is missing.', { hint: 'costs --help' });
}

/** What Commander would print of a mistake is said by `fail`, in our words and as JSON where that was asked for. */
function silenceErrors(program: Command, runtime: Runtime): void {
  const print = (text: string) => runtime.output().print(text);
  const visit = (command: Command): void => {
    command.configureOutput({ writeOut: print, writeErr: print, outputError: () => undefined });
    command.exitOverride().showSuggestionAfterError(false);
    command.commands.forEach(visit);
  };
  visit(program);
}
