import type { Command } from 'commander';
import { createFullProgram } from '../../src/program.js';
import type { OpenContext } from '../../src/context.js';

const never: OpenContext = () => {
  throw new Error('only the help is looked at');
};

export interface DescribedCommand {
  /** `keys add`, without the program's name. */
  path: string;
  command: Command;
}

/** Every command that does something, groups left out. */
export async function listCommands(): Promise<DescribedCommand[]> {
  const program = await createFullProgram('0.0.0', never);
  return program.commands.filter(isShown).flatMap((command) => leaves(command, command.name()));
}

function leaves(command: Command, path: string): DescribedCommand[] {
  const below = command.commands.flatMap((child) => leaves(child, `${path} ${child.name()}`));
  return doesSomething(command) ? [{ path, command }, ...below] : below;
}

/** Some commands have others below them, and do something themselves. */
function doesSomething(command: Command): boolean {
  return Reflect.get(command, '_actionHandler') != null;
}

/** Not another way to write one that is shown. */
function isShown(command: Command): boolean {
  return Reflect.get(command, '_hidden') !== true;
}

/** The README's table of commands, a line for each word after `costs`, as the program itself describes them. */
export async function commandTable(): Promise<string> {
  const program = await createFullProgram('0.0.0', never);
  const rows = program.commands.filter(isShown).map((command) => {
    const verbs = command.commands.map((child) => child.name()).join(', ');
    return `| \`costs ${command.name()}\` | ${command.summary()}${verbs === '' ? '' : `: ${verbs}`} |`;
  });
  return ['| command | does |', '| --- | --- |', ...rows].join('\n');
}
