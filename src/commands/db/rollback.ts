import type { Context } from '../../context.js';
import type { RollbackPlan } from '../../store/migrations/rollback.js';
import { defineCommand, option, asItIs } from '../define.js';
import { confirm, confirmOption } from '../confirm.js';
import { toWaitOptions, waitOption, type WaitOption } from './wait.js';
import { shell } from '../../domain/shell.js';
import { plural } from '../../domain/words.js';

export interface DbRollbackOptions extends WaitOption {
  to?: string;
  export?: string;
  yes?: boolean;
}

/** What `costs db rollback` prints. */
export interface DbRollbackResult extends RollbackPlan {
  database: string;
  export: string | null;
}

export const rollbackDatabase = defineCommand({
  name: 'db rollback',
  description:
    'Takes migrations back, all in one transaction, after writing out what the earlier schema cannot express.',
  options: [
    option('--to <name>', 'the migration that stays the last one (default: the one before the last)'),
    option('--export <file>', 'takes the rows that the earlier schema cannot express; needed when there are any'),
    waitOption(),
    confirmOption(),
  ],
  examples: ['costs db rollback --to baseline --export before-rollback.jsonl', 'costs db rollback --yes'],
  async run({ to, export: path, yes, wait }: DbRollbackOptions, context: Context) {
    const database = await context.database();
    const waits = toWaitOptions({ wait }, (line) => context.output.note(line));
    const request = { to, export: path, signal: context.signal, ...waits };
    if (yes !== true) {
      const plan = await database.migrations.planRollback(request);
      await confirm(context.output, { yes, question: `${question(plan)} Go on?` });
    }
    const plan = await database.migrations.rollback(request);
    return { database: database.label, export: path ?? null, ...plan };
  },
  document: asItIs<DbRollbackResult>,
  render: renderDbRollback,
});

function question({ migrations, to, rows, relinked }: RollbackPlan): string {
  const kept = rows === 0 ? 'No row is lost.' : `${plural(rows, 'row goes', 'rows go')} to the export.`;
  const taken = `${plural(migrations.length, 'migration is', 'migrations are')} taken back, to ${to}.`;
  return [taken, kept, ...staysLinked(relinked)].join(' ');
}

/** Links that are written in columns of the application's own. */
function staysLinked(projects: number): string[] {
  if (projects === 0) return [];
  return [
    `${plural(projects, 'project')} that costs db adopt found ${projects === 1 ? 'stays' : 'stay'} linked as now, and bills stay where links moved them.`,
  ];
}

function renderDbRollback(result: DbRollbackResult): string {
  const { database, migrations, to, rows, losses, relinked, export: path } = result;
  return [
    ...migrations.map((name) => `✔ taken back: ${name}`),
    ...losses.map(
      (loss) =>
        `  ${plural(loss.rows, 'row')} of ${loss.table}${loss.dropped === null ? '' : ` (${loss.dropped.join(', ')})`} written out`,
    ),
    `${database} is at ${to}.`,
    ...staysLinked(relinked),
    ...(rows > 0 && path !== null ? [shell`After migrating again → costs db import ${path}`] : []),
  ].join('\n');
}
