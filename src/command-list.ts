import type { Command } from 'commander';
import type { AnyCommand, CommandGroup } from './commands/define.js';

export interface CommandEntry {
  name: string;
  /** Under which heading of the help it stands; null: under none. */
  group: 'Daily' | 'Setup' | 'Team' | 'Maintenance' | null;
  summary: string;
  /** Imported only when the command runs or its help is asked for: a start costs what one command costs. Completions ask for all. */
  load: (wholeProgram: () => Promise<Command>) => Promise<AnyCommand | CommandGroup>;
}

/** Every command, in the order the help shows them. */
export const COMMANDS: readonly CommandEntry[] = [
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
    summary: 'rows for other tools: CSV, JSON, Parquet, FOCUS 1.2 and 1.4',
    load: async () => (await import('./commands/export.js')).exportSpend,
  },
  {
    name: 'notify',
    group: 'Setup',
    summary: 'webhooks that hear of findings',
    load: async () => (await import('./commands/notify.js')).notify,
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
    summary: 'completes commands, options and their values in bash, zsh or fish',
    load: async (wholeProgram) => (await import('./commands/completion.js')).completion(wholeProgram),
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
