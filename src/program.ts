import { Command, Help } from 'commander';
import { COMMANDS, type CommandEntry } from './command-list.js';
import { globalOptions, outputOption, type AnyCommand, type CommandGroup } from './commands/define.js';
import { perform } from './commands/perform.js';
import type { GlobalOptions, OpenContext } from './context.js';
import { CostsError } from './errors.js';
import { addHelpTopic, HELP_LAYOUT, HELP_TOPICS } from './help/topics.js';
import { HELP_WIDTH } from './help/width.js';

/** A terminal that is narrower breaks the lines itself. */
const LEAST_HELP_WIDTH = 40;

/** What runs a command, and hears its exit code. */
interface Host {
  open: OpenContext;
  onExit: (code: number) => void;
}

/**
 * Builds the command tree. Of all commands only the one that `argv` names is loaded; the others stand in it with their
 * summaries, which is all that the general help shows of them.
 * @param onExit hears the exit code of a command that did its work
 * @param columns of the terminal
 */
export async function createProgram(
  argv: readonly string[],
  version: string,
  open: OpenContext,
  onExit: (code: number) => void = () => undefined,
  columns = Infinity,
): Promise<Command> {
  const helpWidth = Math.max(Math.min(columns, HELP_WIDTH), LEAST_HELP_WIDTH);
  const program = new Command('costs')
    // An option behind a subcommand is the subcommand's.
    .enablePositionalOptions()
    .description('Collects billed AI-provider spend of several organizations into PostgreSQL.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpCommand(helpCommand().helpGroup('Setup:'))
    .exitOverride()
    .configureHelp({ ...HELP_LAYOUT, helpWidth, subcommandTerm })
    .addHelpText(
      'after',
      `\nStart here:  costs demo   (synthetic data)\n        or:  costs keys add && costs sync\n${new Help().boxWrap(`More help:   costs help ${HELP_TOPICS.join(' | ')}`, helpWidth)}`,
    );
  const chosen = commandOf(argv);
  for (const entry of COMMANDS) {
    if (entry.name === chosen) await addEntry(program, entry, { open, onExit });
    else place(program.command(entry.name, { hidden: entry.group === null }).description(entry.summary), entry);
  }
  addHelpTopic(program, argv, helpWidth);
  return program;
}

/** Loads all commands, for what looks at the whole of them: completions, and checks of the help and the README. */
export async function createFullProgram(version: string, open: OpenContext): Promise<Command> {
  const program = await createProgram([], version, open);
  (program.commands as Command[]).length = 0;
  for (const entry of COMMANDS) await addEntry(program, entry, { open, onExit: () => undefined });
  return program;
}

const nothingRuns: OpenContext = () => {
  throw new Error('This program is only looked at.');
};

function commandOf(argv: readonly string[]): string | undefined {
  const words = argv.filter((word) => !word.startsWith('-'));
  return words[0] === 'help' ? words[1] : words[0];
}

async function addEntry(program: Command, entry: CommandEntry, host: Host): Promise<void> {
  const { command } = await entry.load();
  const loaded = typeof command === 'function' ? command(() => createFullProgram('', nothingRuns)) : command;
  place('run' in loaded ? addCommand(program, loaded, host) : addGroup(program, loaded, host, entry), entry);
}

function place(command: Command, { summary, group }: CommandEntry): void {
  command.summary(summary);
  if (group !== null) command.helpGroup(`${group}:`);
}

function addGroup(
  parent: Command,
  { name, description, commands }: CommandGroup,
  host: Host,
  { group }: Pick<CommandEntry, 'group'>,
): Command {
  const added = parent
    .command(name, { hidden: group === null })
    .description(description)
    .addHelpCommand(helpCommand());
  for (const each of commands) {
    if ('run' in each) addCommand(added, each, host);
    else addGroup(added, each, host, { group });
  }
  return added;
}

/** Every command takes options: that it does takes room from what it is. */
function subcommandTerm(command: Command): string {
  return new Help().subcommandTerm(command).replace(' [options]', '');
}

function helpCommand(): Command {
  return new Command('help').argument('[command]').description('print help for a command');
}

function addCommand(parent: Command, definition: AnyCommand, { open, onExit }: Host): Command {
  const word = definition.name.split(' ').at(-1) ?? definition.name;
  const command = parent
    .command(word, { isDefault: definition.isDefault === true })
    .description(definition.description)
    .addHelpText('after', `\nExamples:\n${definition.examples.map((example) => `  $ ${example}`).join('\n')}`);
  for (const each of definition.arguments ?? []) command.addArgument(each);
  for (const each of definition.options ?? []) command.addOption(each);
  if (definition.toFile === true) command.addOption(outputOption());
  for (const each of globalOptions()) command.addOption(each);
  for (const each of definition.commands ?? []) addCommand(command, each, { open, onExit });
  return command.action(async () => {
    const options = optionsOf(command, definition.writesRows === true);
    const { neverWaits = false, makesStore = false } = definition;
    onExit(await perform(definition, options, open({ ...options, neverWaits, makesStore })));
  });
}

/** Options and arguments of a command as its `run` takes them; `--format json` is the long form of `--json`, but for rows. */
function optionsOf(command: Command, writesRows: boolean): GlobalOptions {
  const given = command.optsWithGlobals<GlobalOptions & { format?: string }>();
  const named = command.registeredArguments.flatMap((each, index) => {
    const value = command.processedArgs[index] as unknown;
    const name = each.name().replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    return value === undefined ? [] : [[name, value] as const];
  });
  const twice = named.find(([name]) => name in given)?.[0];
  if (twice !== undefined)
    throw new CostsError('usage', `The ${twice} is said twice.`, { hint: `Leave --${twice} out.` });
  return {
    ...given,
    ...(given.format === 'json' && !writesRows ? { json: true } : {}),
    ...(Object.fromEntries(named) as object),
  };
}
