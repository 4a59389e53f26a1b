import type { Command } from 'commander';
import type { AnyCommand, CommandGroup } from './commands/define.js';

/** Where a command is declared; that of completions asks for all commands. */
type Load = () => Promise<{ command: Loaded | ((wholeProgram: () => Promise<Command>) => AnyCommand) }>;
type Loaded = AnyCommand | CommandGroup;

export interface CommandEntry {
  name: string;
  /** Under which heading of the help it stands; null: under none. */
  group: string | null;
  summary: string;
  /** Called only when the command runs or its help is asked for: a start costs what one command costs. */
  load: Load;
}

/** By the headings of the help, in the order it shows them. */
const COMMANDS_UNDER: Record<string, readonly [name: string, summary: string, load: Load][]> = {
  Daily: [
    ['report', 'totals by project, organization, line item, model, day, …', () => import('./commands/report.js')],
    ['explain', 'why spend is not what it was', () => import('./commands/explain.js')],
    ['forecast', 'where the month ends', () => import('./commands/forecast.js')],
    ['status', 'what was read, what is missing, what is not linked', () => import('./commands/status.js')],
    ['sync', 'brings every organization up to date', () => import('./commands/sync.js')],
    ['check', 'budgets, anomalies, spend not linked, gaps; for jobs', () => import('./commands/check.js')],
    ['changes', 'why a bill is not what it was', () => import('./commands/changes.js')],
    ['budget', 'what a month may cost', () => import('./commands/budget.js')],
    ['export', 'rows for other tools: CSV, JSON, Parquet, FOCUS 1.2 and 1.4', () => import('./commands/export.js')],
  ],
  Setup: [
    ['notify', 'webhooks that hear of findings', () => import('./commands/notify.js')],
    ['demo', 'shows the whole tool on synthetic spend, in a throw-away store', () => import('./commands/demo.js')],
    ['init', 'creates or opens the store, the team and its first admin', () => import('./commands/init.js')],
    ['keys', 'admin API keys of organizations', () => import('./commands/keys.js')],
    ['projects', "the providers' projects and ours", () => import('./commands/projects.js')],
    ['api-keys', 'the keys that programs call models with, and whose they are', () => import('./commands/api-keys.js')],
    ['login', 'unlocks the vault for this machine', () => import('./commands/login.js')],
    ['logout', 'locks it', () => import('./commands/logout.js')],
    ['whoami', 'who is logged in', () => import('./commands/whoami.js')],
    [
      'completion',
      'completes commands, options and their values in bash, zsh or fish',
      () => import('./commands/completion.js'),
    ],
  ],
  Team: [
    ['members', 'who may unlock the vault', () => import('./commands/members.js')],
    ['tokens', 'tokens for jobs', () => import('./commands/tokens.js')],
    ['people', 'the people behind API keys', () => import('./commands/people.js')],
    ['config', 'what a team decided about what is kept', () => import('./commands/config.js')],
  ],
  Maintenance: [
    ['backfill', 'reads a past range', () => import('./commands/backfill.js')],
    ['import', 'billing files that providers export (FOCUS)', () => import('./commands/import.js')],
    ['verify', "stored sums against the providers' own totals", () => import('./commands/verify.js')],
    ['usage', 'usage beside the bills', () => import('./commands/usage.js')],
    ['runs', 'what each run planned and did', () => import('./commands/runs.js')],
    ['doctor', 'checks everything that may be wrong and says what to do', () => import('./commands/doctor.js')],
    ['db', 'schema and store', () => import('./commands/db.js')],
  ],
};

export const COMMANDS: readonly CommandEntry[] = [
  ...Object.entries(COMMANDS_UNDER).flatMap(([group, entries]) =>
    entries.map(([name, summary, load]) => ({ name, group, summary, load })),
  ),
  // Another way to write `members logins`.
  {
    name: 'logins',
    group: null,
    summary: 'login attempts and locks',
    load: () => import('./commands/members/logins.js'),
  },
];
