import { Command, Help } from 'commander';
import { globalOptions, outputOption, type AnyCommand, type CommandGroup } from './commands/define.js';
import { perform } from './commands/perform.js';
import type { GlobalOptions, OpenContext } from './context.js';
import { CostsError } from './errors.js';
import { addHelpTopic, HELP_TOPICS } from './help/topics.js';

interface CommandEntry {
  name: string;
  /** Under which heading of the help it stands; null: under none. */
  group: 'Daily' | 'Setup' | 'Team' | 'Maintenance' | null;
  summary: string;
  /** Imported only when the command runs or its help is asked for: a start costs what one command costs. */
  load: () => Promise<AnyCommand | CommandGroup>;
}

/** What runs a command, and hears its exit code. */
interface Host {
  open: OpenContext;
  onExit: (code: number) => void;
}

/** Every command, in the order the help shows them. */
const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'report',
    group: 'Daily',
    summary: 'totals by project, organization, line item, model, day, …',
    load: async () => (await import('./commands/report.js')).showReport,
  },
  {
    name: 'explain',
    group: 'Daily',
    summary: 'why spend is not what it was',
    load: async () => (await import('./commands/explain.js')).explain,
  },
  {
    name: 'forecast',
    group: 'Daily',
    summary: 'where the month ends',
    load: async () => (await import('./commands/forecast.js')).showForecast,
  },
  {
    name: 'status',
    group: 'Daily',
    summary: 'what was read, what is missing, what is not linked',
    load: async () => (await import('./commands/status.js')).status,
  },
  {
    name: 'sync',
    group: 'Daily',
    summary: 'brings every organization up to date',
    load: async () => (await import('./commands/sync.js')).sync,
  },
  {
    name: 'check',
    group: 'Daily',
    summary: 'budgets, anomalies, spend not linked, gaps; for jobs',
    load: async () => (await import('./commands/check.js')).check,
  },
  {
    name: 'changes',
    group: 'Daily',
    summary: 'why a bill is not what it was',
    load: async () => (await import('./commands/changes.js')).showChanges,
  },
  {
    name: 'budget',
    group: 'Daily',
    summary: 'what a month may cost',
    load: async () => (await import('./commands/budget.js')).budget,
  },
  {
    name: 'export',
    group: 'Daily',
    summary: 'rows for other tools: CSV, JSON lines, FOCUS 1.2',
    load: async () => (await import('./commands/export.js')).exportSpend,
  },
  {
    name: 'demo',
    group: 'Setup',
    summary: 'shows the whole tool on synthetic spend, in a throw-away store',
    load: async () => (await import('./commands/demo.js')).demo,
  },
  {
    name: 'init',
    group: 'Setup',
    summary: 'creates or opens the store, the team and its first admin',
    load: async () => (await import('./commands/init.js')).init,
  },
  {
    name: 'keys',
    group: 'Setup',
    summary: 'admin API keys of organizations',
    load: async () => (await import('./commands/keys.js')).keys,
  },
  {
    name: 'projects',
    group: 'Setup',
    summary: "the providers' projects and ours",
    load: async () => (await import('./commands/projects.js')).projects,
  },
  {
    name: 'api-keys',
    group: 'Setup',
    summary: 'the keys that programs call models with, and whose they are',
    load: async () => (await import('./commands/api-keys.js')).apiKeys,
  },
  {
    name: 'login',
    group: 'Setup',
    summary: 'unlocks the vault for this machine',
    load: async () => (await import('./commands/login.js')).login,
  },
  {
    name: 'logout',
    group: 'Setup',
    summary: 'locks it',
    load: async () => (await import('./commands/logout.js')).logout,
  },
  {
    name: 'whoami',
    group: 'Setup',
    summary: 'who is logged in',
    load: async () => (await import('./commands/whoami.js')).whoami,
  },
  {
    name: 'completion',
    group: 'Setup',
    summary: 'completes commands and options in bash, zsh or fish',
    load: async () => (await import('./commands/completion.js')).completion(() => createFullProgram('', nothingRuns)),
  },
  {
    name: 'members',
    group: 'Team',
    summary: 'who may unlock the vault',
    load: async () => (await import('./commands/members.js')).members,
  },
  {
    name: 'tokens',
    group: 'Team',
    summary: 'tokens for jobs',
    load: async () => (await import('./commands/tokens.js')).tokens,
  },
  {
    name: 'people',
    group: 'Team',
    summary: 'the people behind API keys',
    load: async () => (await import('./commands/people.js')).people,
  },
  {
    name: 'config',
    group: 'Team',
    summary: 'what a team decided about what is kept',
    load: async () => (await import('./commands/config.js')).config,
  },
  {
    name: 'backfill',
    group: 'Maintenance',
    summary: 'reads a past range',
    load: async () => (await import('./commands/backfill.js')).backfill,
  },
  {
    name: 'import',
    group: 'Maintenance',
    summary: 'billing files that providers export (FOCUS)',
    load: async () => (await import('./commands/import.js')).imports,
  },
  {
    name: 'verify',
    group: 'Maintenance',
    summary: "stored sums against the providers' own totals",
    load: async () => (await import('./commands/verify.js')).verify,
  },
  {
    name: 'usage',
    group: 'Maintenance',
    summary: 'usage beside the bills',
    load: async () => (await import('./commands/usage.js')).usage,
  },
  {
    name: 'runs',
    group: 'Maintenance',
    summary: 'what each run planned and did',
    load: async () => (await import('./commands/runs.js')).runs,
  },
  {
    name: 'doctor',
    group: 'Maintenance',
    summary: 'checks everything that may be wrong and says what to do',
    load: async () => (await import('./commands/doctor.js')).doctor,
  },
  {
    name: 'db',
    group: 'Maintenance',
    summary: 'schema and store',
    load: async () => (await import('./commands/db.js')).db,
  },
  {
    // Another way to write `members logins`.
    name: 'logins',
    group: null,
    summary: 'login attempts and locks',
    load: async () => (await import('./commands/members/logins.js')).logins,
  },
];

/**
 * Builds the command tree. Of all commands only the one that `argv` names is loaded; the others stand in it with their
 * summaries, which is all that the general help shows of them.
 * @param onExit hears the exit code of a command that did its work
 */
export async function createProgram(
  argv: readonly string[],
  version: string,
  open: OpenContext,
  onExit: (code: number) => void = () => undefined,
): Promise<Command> {
  const program = new Command('costs')
    .description('Collects billed AI-provider spend of several organizations into PostgreSQL.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpCommand(helpCommand().helpGroup('Setup:'))
    .exitOverride()
    .configureHelp({ helpWidth: 79 })
    .addHelpText(
      'after',
      `\nStart here:  costs demo   (synthetic data)   or   costs keys add && costs sync\n${new Help().boxWrap(`More help:   costs help ${HELP_TOPICS.join(' | ')}`, 79)}`,
    );
  const chosen = commandOf(argv);
  for (const entry of COMMANDS) {
    if (entry.name === chosen) await addEntry(program, entry, { open, onExit });
    else place(program.command(entry.name, { hidden: entry.group === null }).description(entry.summary), entry);
  }
  addHelpTopic(program, argv);
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
  const loaded = await entry.load();
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
  return command.action(async () => {
    const options = optionsOf(command);
    onExit(await perform(definition, options, open(options)));
  });
}

/** Options and arguments of a command as its `run` takes them; `--format json` is the long form of `--json`. */
function optionsOf(command: Command): GlobalOptions {
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
    ...(given.format === 'json' ? { json: true } : {}),
    ...(Object.fromEntries(named) as object),
  };
}
