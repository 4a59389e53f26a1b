import type { PlanDocument } from '../output/plan.js';
import type { SyncResult } from '../domain/results.js';
import type { Context } from '../context.js';
import { syncJob } from '../library/collect.js';
import { documentOfRun, exitCodeOfRun, renderCollected, runJob, type CollectOptions } from './collect.js';
import { defineCommand, option } from './define.js';
import {
  patienceOptions,
  basisOption,
  bucketOption,
  countOption,
  organizationOption,
  providerOption,
} from './options.js';

export interface SyncOptions extends CollectOptions {
  lookback?: number;
}

export const sync = defineCommand({
  name: 'sync',
  description: 'Brings every active organization up to date: reads all days that are not settled, up to today.',
  options: [
    providerOption(),
    organizationOption(),
    basisOption(),
    bucketOption(),
    countOption('--lookback <days>', 'read no further back than this many days before today'),
    option('--accept-restatement', 'write even when most of what is stored of a window would be lost'),
    option('--verify', "then compare what was read with the provider's own totals; exits 1 on a difference"),
    option('--dry-run', 'print what would be read, and stop'),
    ...patienceOptions(),
  ],
  examples: ['costs sync', 'costs sync --organization "Acme Prod" --lookback 3', 'costs sync --json | jq .status'],
  run,
  document: (collected): SyncResult | PlanDocument => documentOfRun(collected),
  render: renderCollected,
  exitCode: exitCodeOfRun,
});

function run(options: SyncOptions, context: Context) {
  return runJob(context, syncJob(options), options);
}
