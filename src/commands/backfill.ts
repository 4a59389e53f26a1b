import type { PlanDocument } from '../output/plan.js';
import type { SyncResult } from '../domain/results.js';
import type { Context } from '../context.js';
import type { Day } from '../domain/day.js';
import { backfillJob } from '../library/collect.js';
import { documentOfRun, exitCodeOfRun, renderCollected, runJob, type CollectOptions } from './collect.js';
import { defineCommand, option } from './define.js';
import {
  patienceOptions,
  basisOption,
  bucketOption,
  dayOption,
  organizationOption,
  providerOption,
} from './options.js';

export interface BackfillOptions extends CollectOptions {
  since: Day;
  until?: Day;
  force?: boolean;
}

export const backfill = defineCommand({
  name: 'backfill',
  description: 'Reads a past range: the days that were never read or are not settled, or all of them with --force.',
  options: [
    dayOption('--since <day>', 'first day, YYYY-MM-DD (UTC)').makeOptionMandatory(),
    dayOption('--until <day>', 'last day, included (default: today)'),
    providerOption(),
    organizationOption(),
    basisOption(),
    bucketOption(),
    option('--force', 'read settled days again, too'),
    option('--accept-restatement', 'write even when most of what is stored of a window would be lost'),
    option('--verify', "then compare what was read with the provider's own totals; exits 1 on a difference"),
    option('--dry-run', 'print what would be read, and stop'),
    ...patienceOptions(),
  ],
  examples: [
    'costs backfill --since 2026-01-01',
    'costs backfill --since 2026-01-01 --until 2026-01-31 --force --provider openai',
    'costs backfill --since 2026-01-01 --basis usage --bucket 1h',
  ],
  run,
  document: (collected): SyncResult | PlanDocument => documentOfRun(collected),
  render: renderCollected,
  exitCode: exitCodeOfRun,
});

async function run(options: BackfillOptions, context: Context) {
  return runJob(context, backfillJob(options, await context.clock()), options);
}
