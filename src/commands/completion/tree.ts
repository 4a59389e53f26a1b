import type { Command } from 'commander';
import { HELP_TOPICS } from '../../help/topics.js';
import { ALL_PROVIDER_IDS } from '../../providers/registry.js';
import { valuesOf, type Values } from './values.js';

/** A command as a shell sees it. */
export interface CompletionNode {
  /** The words that lead to it, each after a space: ` keys add`; empty for the program. */
  path: string;
  commands: { name: string; summary: string }[];
  options: CompletionOption[];
  /** Of its first argument; null where it takes none, or anything. */
  argument: Values | null;
}

export interface CompletionOption {
  flag: string;
  summary: string;
  takesValue: boolean;
  /** Null where nobody knows what follows. */
  values: Values | null;
}

/** Every command of a program, groups before what is in them. */
export function completionTree(program: Command): CompletionNode[] {
  const [root, ...others] = nodesOf(program, '');
  if (root === undefined) return [];
  const help = { name: 'help', summary: 'Explains a command or a topic' };
  const words = [...new Set([...HELP_TOPICS, ...root.commands.map(({ name }) => name)])];
  const explained = (path: string, names: readonly string[]): CompletionNode => ({
    ...{ path: ` help${path}`, commands: [], options: [] },
    argument: { words: names },
  });
  const groups = [root, ...others].filter(({ commands }) => commands.length > 0);
  return [
    { ...root, commands: [...root.commands, help] },
    ...others,
    explained('', words),
    explained(' provider', ALL_PROVIDER_IDS),
    ...groups.flatMap(({ path, commands }) => {
      const names = commands.map(({ name }) => name);
      return [...(path === '' ? [] : [explained(path, names)]), explained(` json${path}`, names)];
    }),
  ];
}

function nodesOf(command: Command, path: string): CompletionNode[] {
  const own: CompletionNode = {
    path,
    commands: shown(command).map((child) => ({ name: child.name(), summary: firstSentence(child) })),
    options: command.options.flatMap(({ long, description, required, optional, argChoices }) =>
      long == null
        ? []
        : [
            {
              flag: long,
              summary: plain(description),
              takesValue: required || optional,
              values: required || optional ? valuesOf(long.slice(2), argChoices) : null,
            },
          ],
    ),
    argument: argumentValues(command),
  };
  return [own, ...shown(command).flatMap((child) => nodesOf(child, `${path} ${child.name()}`))];
}

function argumentValues({ registeredArguments: [first] }: Command): Values | null {
  return first === undefined ? null : valuesOf(first.name(), first.argChoices);
}

/** Not other ways to write the same. */
function shown(command: Command): Command[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => child.name() !== 'help');
}

function firstSentence(command: Command): string {
  return plain(command.summary() || (command.description().split(/[.:;] /)[0] ?? ''));
}

/** Quotes and the like would end the text of a script. */
function plain(text: string): string {
  return text.replace(/['"`$\\[\]\n]/g, '').trim();
}
