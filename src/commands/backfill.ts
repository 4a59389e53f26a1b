import type { PlanDocument } from '../output/plan.js';
import type { SyncResult } from '../domain/results.js';
import type { Context } from '../context.js';
import { backfillJob } from '../library/job.js';
import {
  documentOfRun,
  exitCodeOfRun,
  failuresOfRun,
  renderCollected,
  runJob,
  type CollectOptions,
} from './collect.js';
import { defineCommand, option } from './define.js';
import { periodArgument, runOptions, subjectOptions, timeOption } from './options.js';
import type { BackfillRequest } from '../library/requests.js';

export type BackfillOptions = CollectOptions & BackfillRequest;

export const command = defineCommand({
  name: 'backfill',
  description: 'Reads a past range: the days that were never read or are not settled, or all of them with --force.',
  arguments: [periodArgument()],
  options: [
    timeOption('--period <period>', 'the same'),
    timeOption('--since <day>', 'first day: 2026-10-31, or a period, whose first day it is'),
    timeOption('--until <day>', 'last day, included (default: today)'),
    ...subjectOptions(),
    option('--force', 'read settled days again, too'),
    ...runOptions(),
  ],
  examples: [
    'costs backfill last-month',
    'costs backfill --since 2026-01-01',
    'costs backfill 2026-01 --force --provider openai',
    'costs backfill --since 2026-01-01 --basis usage --bucket 1h',
  ],
  async run(options: BackfillOptions, context: Context) {
    return runJob(context, await backfillJob(options, () => context.clock()), options);
  },
  document: (collected): SyncResult | PlanDocument => documentOfRun(collected),
  render: renderCollected,
  failures: failuresOfRun,
  exitCode: exitCodeOfRun,
});
