import type { Command, CommanderError } from 'commander';
import { globalOptions } from './commands/define.js';
import { similarTo } from './domain/similar.js';
import { CostsError } from './errors.js';

/** The flags of a command, as they are typed. */
export function optionsOf(command: Command): string[] {
  const own = [...command.options, ...(command.parent === null ? [{ short: '-h', long: '--help' }] : [])];
  return own.flatMap(({ short, long }) => [short, long].filter((flag) => flag != null));
}

/** @throws CostsError `usage` for words that lead to no command, with those that are written almost so */
export function refuseUnknownCommand(program: Command, argv: readonly string[]): void {
  const words = argv.filter((word) => !word.startsWith('-'));
  const asked = words[0] === 'help' ? words.slice(1) : words;
  const { command, path } = commandAt(program, asked);
  const next = asked[path.length];
  const hasDefault = command.commands.some((each) => Reflect.get(command, '_defaultCommandName') === each.name());
  // A command with others below it takes arguments of its own.
  const runs = command.registeredArguments.length > 0;
  if (next === undefined || command.commands.length === 0 || hasDefault || runs) return;
  const near = similarTo(next, command.commands.map((each) => each.name()).concat(path.length === 0 ? ['help'] : []));
  throw new CostsError('usage', `There is no command "${[...path, next].join(' ')}".${didYouMean(near, path)}`, {
    hint: ['costs', ...path, '--help'].join(' '),
  });
}

/** @throws CostsError `usage` for an option that `costs` alone does not take */
export function refuseUnknownOption(program: Command, argv: readonly string[]): void {
  const known = [...optionsOf(program), ...globalOptions().flatMap(({ long }) => long ?? [])];
  const unknown = argv.find((word) => !known.includes(word));
  if (unknown === undefined) return;
  throw new CostsError('usage', `There is no option ${unknown}.${didYouMean(similarTo(unknown, known))}`, {
    hint: 'costs --help',
  });
}

/** A mistake that Commander found, in our words; help and the version, which it throws too, as they are. */
export function explainUsage(
  error: CommanderError,
  program: Command,
  argv: readonly string[],
): CostsError | CommanderError {
  if (error.exitCode === 0 || error.code === 'commander.help') return error;
  const { command, path } = commandAt(
    program,
    argv.filter((word) => !word.startsWith('-')),
  );
  const words = ['costs', ...path].join(' ');
  const hint = `${words} --help`;
  const unknown = /unknown option '([^']*)'/.exec(error.message)?.[1];
  if (unknown !== undefined) {
    const near = similarTo(unknown, optionsOf(command));
    return new CostsError('usage', `${words} has no option ${unknown}.${didYouMean(near)}`, { hint });
  }
  const sentence = error.message
    .replace(/^error: /, '')
    .replace(/\n+\(?/g, ' ')
    .replace(/\)$/, '')
    .trim();
  const text = sentence.charAt(0).toUpperCase() + sentence.slice(1);
  return new CostsError('usage', /[.?!]$/.test(text) ? text : `${text}.`, { hint });
}

function didYouMean(near: readonly string[], path: readonly string[] = []): string {
  return near.length === 0 ? '' : ` Did you mean ${near.map((each) => [...path, each].join(' ')).join(' or ')}?`;
}

/** How far words lead into the tree. */
function commandAt(program: Command, words: readonly string[]): { command: Command; path: string[] } {
  let command = program;
  const path: string[] = [];
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    command = next;
    path.push(word);
  }
  return { command, path };
}
