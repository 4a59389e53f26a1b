import type { PlanDocument } from '../output/plan.js';
import type { SyncResult } from '../domain/results.js';
import type { Context } from '../context.js';
import { readLookback, syncJob } from '../library/job.js';
import {
  documentOfRun,
  exitCodeOfRun,
  failuresOfRun,
  isFirstRead,
  renderCollected,
  runJob,
  type CollectOptions,
} from './collect.js';
import { defineCommand, option } from './define.js';
import {
  patienceOptions,
  basisOption,
  bucketOption,
  organizationOption,
  parseWith,
  providerOption,
} from './options.js';

export interface SyncOptions extends CollectOptions {
  lookback?: string;
}

export const sync = defineCommand({
  name: 'sync',
  description: 'Brings every active organization up to date: reads all days that are not settled, up to today.',
  options: [
    providerOption(),
    organizationOption(),
    basisOption(),
    bucketOption(),
    option('--lookback <time>', 'read no further back: days such as 7 or 7d, or a time such as last-month').argParser(
      parseWith((text) => (readLookback(text), text)),
    ),
    option('--accept-restatement', 'write even when most of what is stored of a window would be lost'),
    option('--verify', "then compare what was read with the provider's own totals; exits 1 on a difference"),
    option('--dry-run', 'print what would be read, and stop'),
    ...patienceOptions(),
  ],
  examples: ['costs sync', 'costs sync --organization "Acme Prod" --lookback 7d', 'costs sync --json | jq .status'],
  run(options: SyncOptions, context: Context) {
    return runJob(context, syncJob(options), options);
  },
  document: (collected): SyncResult | PlanDocument => documentOfRun(collected),
  render: renderCollected,
  failures: failuresOfRun,
  exitCode: exitCodeOfRun,
  next: (collected) => (isFirstRead(collected) ? 'Next: costs report' : null),
});
