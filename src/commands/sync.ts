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
import { parseWith, runOptions, subjectOptions } from './options.js';

export interface SyncOptions extends CollectOptions {
  lookback?: string;
}

export const command = defineCommand({
  name: 'sync',
  description: 'Brings every active organization up to date: reads all days that are not settled, up to today.',
  options: [
    ...subjectOptions(),
    option('--lookback <time>', 'read no further back: days such as 7 or 7d, or a time such as last-month').argParser(
      parseWith((text) => (readLookback(text), text)),
    ),
    ...runOptions(),
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
