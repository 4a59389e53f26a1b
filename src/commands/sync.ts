import type { Command } from 'commander';
import type { Context, OpenContext } from '../context.js';
import { planSync } from '../sync/plan.js';
import { checkBasis, collect, type CollectOptions } from './collect.js';
import {
  addExamples,
  addGlobalOptions,
  addPatienceOptions,
  basisOption,
  bucketOption,
  countOption,
  organizationOption,
  providerOption,
  setExitCode,
} from './options.js';

export interface SyncOptions extends CollectOptions {
  lookback?: number;
}

/** `costs sync` */
export function addSyncCommand(parent: Command, open: OpenContext, run = syncCommand): Command {
  const command = parent
    .command('sync')
    .description('Brings every active organization up to date: reads all days that are not settled, up to today.')
    .addOption(providerOption())
    .addOption(organizationOption())
    .addOption(basisOption())
    .addOption(bucketOption())
    .addOption(countOption('--lookback <days>', 'read no further back than this many days before today'))
    .option('--accept-restatement', 'write even when most of what is stored of a window would be lost')
    .option('--verify', "then compare what was read with the provider's own totals; exits 1 on a difference")
    .option('--dry-run', 'print what would be read, and stop')
    .action(async (options: SyncOptions) => setExitCode(await run(options, open(command.optsWithGlobals()))));
  addPatienceOptions(command);
  addGlobalOptions(command);
  return addExamples(command, [
    'costs sync',
    'costs sync --organization "Acme Prod" --lookback 3',
    'costs sync --json | jq .status',
  ]);
}

export function syncCommand(options: SyncOptions, context: Context): Promise<number> {
  checkBasis(options);
  return collect(context, { ...options, forced: false }, (input) => planSync(input, options.lookback));
}
