import { Command } from 'commander';
import type { OpenContext } from './context.js';
import { addHelpTopic } from './help-topics.js';

type AddCommand = (parent: Command, open: OpenContext) => Command;

interface CommandEntry {
  name: string;
  summary: string;
  /** Imported only when the command runs or its help is asked for: a start costs what one command costs. */
  load: () => Promise<AddCommand>;
}

/** Every command, in the order the help shows them. */
const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'shows the whole tool on synthetic spend, in a throw-away store',
    load: async () => (await import('./commands/demo.js')).addDemoCommand,
  },
  {
    name: 'init',
    summary: 'creates or opens the store, the team and its first admin',
    load: async () => (await import('./commands/init.js')).addInitCommand,
  },
  {
    name: 'login',
    summary: 'unlocks the vault for this machine',
    load: async () => (await import('./commands/login.js')).addLoginCommand,
  },
  { name: 'logout', summary: 'locks it', load: async () => (await import('./commands/logout.js')).addLogoutCommand },
  {
    name: 'whoami',
    summary: 'who is logged in',
    load: async () => (await import('./commands/whoami.js')).addWhoamiCommand,
  },
  {
    name: 'keys',
    summary: 'admin API keys of organizations',
    load: async () => (await import('./commands/keys.js')).addKeysCommand,
  },
  {
    name: 'passwd',
    summary: 'changes your password',
    load: async () => (await import('./commands/passwd.js')).addPasswdCommand,
  },
  {
    name: 'members',
    summary: 'who may unlock the vault',
    load: async () => (await import('./commands/members.js')).addMembersCommand,
  },
  {
    name: 'tokens',
    summary: 'tokens for jobs',
    load: async () => (await import('./commands/tokens.js')).addTokensCommand,
  },
  {
    name: 'logins',
    summary: 'login attempts and locks',
    load: async () => (await import('./commands/logins.js')).addLoginsCommand,
  },
  {
    name: 'vault',
    summary: "the team's data key",
    load: async () => (await import('./commands/vault.js')).addVaultCommand,
  },
  {
    name: 'projects',
    summary: "the providers' projects and ours",
    load: async () => (await import('./commands/projects.js')).addProjectsCommand,
  },
  {
    name: 'sync',
    summary: 'brings every organization up to date',
    load: async () => (await import('./commands/sync.js')).addSyncCommand,
  },
  {
    name: 'backfill',
    summary: 'reads a past range',
    load: async () => (await import('./commands/backfill.js')).addBackfillCommand,
  },
  {
    name: 'status',
    summary: 'what was read, what is missing, what is not linked',
    load: async () => (await import('./commands/status.js')).addStatusCommand,
  },
  {
    name: 'verify',
    summary: "stored sums against the providers' own totals",
    load: async () => (await import('./commands/verify.js')).addVerifyCommand,
  },
  {
    name: 'report',
    summary: 'totals by project, organization, line item, model, day, …',
    load: async () => (await import('./commands/report.js')).addReportCommand,
  },
  {
    name: 'changes',
    summary: 'why a bill is not what it was',
    load: async () => (await import('./commands/changes.js')).addChangesCommand,
  },
  {
    name: 'budget',
    summary: 'what a month may cost',
    load: async () => (await import('./commands/budget.js')).addBudgetCommand,
  },
  {
    name: 'check',
    summary: 'budgets, anomalies, spend nobody linked, gaps; for jobs',
    load: async () => (await import('./commands/check.js')).addCheckCommand,
  },
  {
    name: 'export',
    summary: 'rows for other tools: CSV, JSON lines, FOCUS 1.2',
    load: async () => (await import('./commands/export.js')).addExportCommand,
  },
  {
    name: 'usage',
    summary: 'usage beside the bills',
    load: async () => (await import('./commands/usage.js')).addUsageCommand,
  },
  {
    name: 'prices',
    summary: 'what estimates of usage are made from',
    load: async () => (await import('./commands/prices.js')).addPricesCommand,
  },
  {
    name: 'runs',
    summary: 'what each run planned and did',
    load: async () => (await import('./commands/runs.js')).addRunsCommand,
  },
  { name: 'db', summary: 'schema and store', load: async () => (await import('./commands/db.js')).addDbCommand },
  {
    name: 'doctor',
    summary: 'checks everything that may be wrong and says what to do',
    load: async () => (await import('./commands/doctor.js')).addDoctorCommand,
  },
  {
    name: 'completion',
    summary: 'completes commands and options in bash, zsh or fish',
    load: async () => {
      const { addCompletionCommand } = await import('./commands/completion.js');
      return (parent, open) => addCompletionCommand(parent, open, () => createFullProgram('', open));
    },
  },
];

/**
 * Builds the command tree. Of all commands only the one that `argv` names is loaded; the others stand in it with their
 * summaries, which is all that the general help shows of them.
 */
export async function createProgram(argv: readonly string[], version: string, open: OpenContext): Promise<Command> {
  const program = new Command('costs')
    .description('Collects billed AI-provider spend of several organizations into PostgreSQL.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .exitOverride()
    .configureHelp({ helpWidth: 79 })
    .addHelpText(
      'after',
      '\nStart here:  costs demo   (synthetic data)   or   costs keys add && costs sync\nMore help:   costs help exit-codes | environment | json',
    );
  const chosen = commandOf(argv);
  for (const { name, summary, load } of COMMANDS) {
    if (name === chosen) (await load())(program, open).summary(summary);
    else program.command(name).summary(summary).description(summary);
  }
  addHelpTopic(program, argv);
  return program;
}

/** Loads all commands, for checks that compare the whole of the help with the README. */
export async function createFullProgram(version: string, open: OpenContext): Promise<Command> {
  const program = await createProgram([], version, open);
  (program.commands as Command[]).length = 0;
  for (const { summary, load } of COMMANDS) (await load())(program, open).summary(summary);
  return program;
}

function commandOf(argv: readonly string[]): string | undefined {
  const words = argv.filter((word) => !word.startsWith('-'));
  return words[0] === 'help' ? words[1] : words[0];
}
