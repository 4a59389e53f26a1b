import type { Context } from '../../context.js';
import type { PartitionResult } from '../../store/partitions/partition.js';
import { confirm, confirmOption } from '../confirm.js';
import { argument, asItIs, defineCommand, option } from '../define.js';
import { toWaitOptions, waitOption, type WaitOption } from './wait.js';
import { during } from '../../output/during.js';

export interface DbPartitionOptions extends WaitOption {
  table: 'usage';
  undo?: boolean;
  dryRun?: boolean;
  yes?: boolean;
}

/** What `costs db partition` prints. */
export interface DbPartitionResult extends PartitionResult {
  database: string;
  /** Whether it leads back to one table. */
  undo: boolean;
}

export const partitionTable = defineCommand({
  name: 'db partition',
  description:
    'Makes monthly partitions of the usage, for tens of millions of rows; again, it moves and makes what has come since.',
  arguments: [argument('<table>', 'what is partitioned').choices(['usage'])],
  options: [
    option('--undo', 'make one table of the partitions again'),
    option('--dry-run', 'only show what would be done, in words and SQL, and what is locked meanwhile'),
    waitOption(),
    confirmOption(),
  ],
  examples: ['costs db partition usage --dry-run', 'costs db partition usage --yes', 'costs db partition usage --undo'],
  run,
  document: asItIs<DbPartitionResult>,
  render: renderDbPartition,
});

async function run({ undo = false, dryRun = false, yes, wait }: DbPartitionOptions, context: Context) {
  const database = await context.database();
  const waits = toWaitOptions({ wait }, (line) => context.output.note(line));
  const request = { undo, signal: context.signal, ...waits };
  const describe = (result: PartitionResult): DbPartitionResult => ({ database: database.label, undo, ...result });
  const plan = await database.migrations.partitionUsage({ ...request, dryRun: true });
  if (dryRun || plan.steps.length === 0) return describe(plan);
  await confirm(context.output, { yes, question: `${renderSteps(plan).join('\n')}\nGo on?` });
  return during(context.output, `Partitioning the usage in ${database.label}`, async (progress) => {
    const onStep = (text: string) => progress.update(text);
    const onWait = (line: string) => progress.done(line);
    return describe(await database.migrations.partitionUsage({ ...request, onWait, onStep }));
  });
}

function renderSteps({ steps }: Pick<PartitionResult, 'steps'>): string[] {
  return steps.map(({ text, locks }) => `· ${text}  (${locks})`);
}

function renderDbPartition({ database, done, undo, steps, sql }: DbPartitionResult): string {
  const shape = undo ? 'one table' : 'partitioned by month';
  if (steps.length === 0) return `The usage in ${database} is ${shape}: nothing is to be done.`;
  if (done) return [...steps.map(({ text }) => `✔ ${text}`), `The usage in ${database} is ${shape}.`].join('\n');
  const again = undo ? 'costs db partition usage --undo --yes' : 'costs db partition usage --yes';
  return [
    `Each of these is a transaction of its own; ${again} carries them out, and goes on where it was broken off.`,
    'ACCESS EXCLUSIVE keeps readers and writers of usage out until its end, SHARE ROW EXCLUSIVE new projects, and SHARE UPDATE EXCLUSIVE nobody.',
    ...renderSteps({ steps }),
    '',
    sql.trimEnd(),
  ].join('\n');
}
