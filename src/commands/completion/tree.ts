import type { Command } from 'commander';

/** A command as a shell sees it. */
export interface CompletionNode {
  /** The words that lead to it, each after a space: ` keys add`; empty for the program. */
  path: string;
  commands: { name: string; summary: string }[];
  options: CompletionOption[];
}

export interface CompletionOption {
  flag: string;
  summary: string;
  takesValue: boolean;
  /** Null where anything may follow. */
  choices: string[] | null;
}

/** Every command of a program, groups before what is in them. */
export function completionTree(program: Command): CompletionNode[] {
  return nodesOf(program, '');
}

function nodesOf(command: Command, path: string): CompletionNode[] {
  const own: CompletionNode = {
    path,
    commands: shown(command).map((child) => ({ name: child.name(), summary: firstSentence(child) })),
    options: command.options.flatMap(({ long, description, required, optional, argChoices }) =>
      long == null
        ? []
        : [{ flag: long, summary: plain(description), takesValue: required || optional, choices: argChoices ?? null }],
    ),
  };
  return [own, ...shown(command).flatMap((child) => nodesOf(child, `${path} ${child.name()}`))];
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
