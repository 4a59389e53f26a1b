import { CommanderError, type Command } from 'commander';
import { globalOptions } from './commands/define.js';
import { quoteForShell } from './domain/shell.js';
import { similarTo } from './domain/similar.js';
import { plural } from './domain/words.js';
import { asCostsError, CostsError } from './errors.js';
import { HELP_TOPICS } from './help/topics.js';
import { withNextStep } from './next-step.js';

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
  // A command with others below it takes arguments of its own.
  const runs = command.registeredArguments.length > 0;
  const explains = asked !== words;
  if (next === undefined || command.commands.length === 0 || (!explains && (hasDefault(command) || runs))) return;
  const more = path.length > 0 ? [] : explains ? HELP_TOPICS : ['help'];
  const near = similarTo(next, [...command.commands.map((each) => each.name()), ...more]);
  const meant = explains || near.length > 0 ? null : onlyCommand(command);
  const wayOn = meant === null ? ['--help'] : [meant.name(), ...asked.slice(path.length).map(quoteForShell)];
  const what = explains ? 'command or topic' : 'command';
  throw new CostsError('usage', `There is no ${what} "${[...path, next].join(' ')}".${didYouMean(near, path)}`, {
    hint: ['costs', ...path, ...wayOn].join(' '),
  });
}

/** The one command of a group, where it takes arguments: `costs import ./exports` means that one. */
function onlyCommand({ commands: [only, ...others] }: Command): Command | null {
  return only !== undefined && others.length === 0 && only.registeredArguments.length > 0 ? only : null;
}

/** Whether one of the commands of a group runs where none is named; Commander does not tell it. */
export function hasDefault(command: Command): boolean {
  return command.commands.some((each) => Reflect.get(command, '_defaultCommandName') === each.name());
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

/**
 * What a command ended with, in our words and with a command that goes on from there; what is no error of ours is a defect.
 * Help and the version, which were asked for and are printed, stay as they are.
 */
export function explainMistake(thrown: unknown, program: Command, argv: readonly string[]): unknown {
  const { command, path } = commandAt(
    program,
    argv.filter((word) => !word.startsWith('-')),
  );
  const words = ['costs', ...path].join(' ');
  if (!(thrown instanceof CommanderError)) return withNextStep(asCostsError(thrown), argv, words);
  if (thrown.exitCode === 0 || thrown.code === 'commander.help') return thrown;
  const hint = words === 'costs sync' && asksForDays(thrown) ? { hint: PAST_DAYS } : {};
  return withNextStep(new CostsError('usage', sentenceOf(thrown, command, words), hint), argv, words);
}

/** `sync` chooses its days by itself. */
const PAST_DAYS = 'Days of the past are read by another command, such as: costs backfill --since last-month';

function asksForDays({ code, message }: CommanderError): boolean {
  return code === 'commander.excessArguments' || /'--(since|until|period)\b/.test(message);
}

/** What Commander found, said shortly. */
function sentenceOf({ code, message }: CommanderError, command: Command, words: string): string {
  const text = message
    .replace(/^error: /, '')
    .replace(/\n+\(?/g, ' ')
    .replace(/\)$/, '')
    .trim();
  const unknown = /^unknown option '([^']*)'/.exec(text)?.[1];
  if (unknown !== undefined)
    return `${words} has no option ${unknown}.${didYouMean(similarTo(unknown, optionsOf(command)))}`;
  if (code === 'commander.excessArguments') {
    const [most, given] = [command.registeredArguments.length, command.args.length];
    // They are not repeated: somebody may have typed a password where none is taken.
    return `${words} takes ${most === 0 ? 'no argument' : plural(most, 'argument')}, and ${given} ${given === 1 ? 'was' : 'were'} given.`;
  }
  const invalid =
    /^option '(?:-\w, )?(--[\w-]+)[^']*' argument '(.*)' is invalid\. (.*)$/s.exec(text) ??
    /^command-argument value '()(.*)' is invalid for argument '[^']*'\. (.*)$/s.exec(text);
  if (invalid !== null) return refusedValue(invalid[1] ?? '', invalid[2] ?? '', invalid[3] ?? '');
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** @param why says what would do, and may name the value itself */
function refusedValue(option: string, value: string, why: string): string {
  const choices = /^Allowed choices are (.*)\.$/.exec(why)?.[1]?.split(', ') ?? [];
  const told = why.includes(`"${value}"`)
    ? why
    : `"${value}" will not do. ${why}${didYouMean(similarTo(value, choices))}`;
  return option === '' ? told : `${option}: ${told}`;
}

function didYouMean(near: readonly string[], path: readonly string[] = []): string {
  return near.length === 0 ? '' : ` Did you mean ${near.map((each) => [...path, each].join(' ')).join(' or ')}?`;
}

/** How far words lead into the tree. */
export function commandAt(program: Command, words: readonly string[]): { command: Command; path: string[] } {
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
