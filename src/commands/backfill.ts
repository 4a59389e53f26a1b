import type { Command } from 'commander';
import type { Context, OpenContext } from '../context.js';
import { toDay, type Day } from '../domain/day.js';
import { planBackfill } from '../sync/plan.js';
import { checkBasis, collect, type CollectOptions } from './collect.js';
import {
  addExamples,
  addGlobalOptions,
  addPatienceOptions,
  basisOption,
  bucketOption,
  checkSpan,
  dayOption,
  organizationOption,
  providerOption,
  setExitCode,
} from './options.js';

export interface BackfillOptions extends CollectOptions {
  since: Day;
  until?: Day;
  force?: boolean;
}

/** `costs backfill` */
export function addBackfillCommand(parent: Command, open: OpenContext, run = backfillCommand): Command {
  const command = parent
    .command('backfill')
    .description('Reads a past range: the days that were never read or are not settled, or all of them with --force.')
    .addOption(dayOption('--since <day>', 'first day, YYYY-MM-DD (UTC)').makeOptionMandatory())
    .addOption(dayOption('--until <day>', 'last day, included (default: today)'))
    .addOption(providerOption())
    .addOption(organizationOption())
    .addOption(basisOption())
    .addOption(bucketOption())
    .option('--force', 'read settled days again, too')
    .option('--accept-restatement', 'write even when most of what is stored of a window would be lost')
    .option('--verify', "then compare what was read with the provider's own totals; exits 1 on a difference")
    .option('--dry-run', 'print what would be read, and stop')
    .action(async (options: BackfillOptions) => setExitCode(await run(options, open(command.optsWithGlobals()))));
  addPatienceOptions(command);
  addGlobalOptions(command);
  return addExamples(command, [
    'costs backfill --since 2026-01-01',
    'costs backfill --since 2026-01-01 --until 2026-01-31 --force --provider openai',
    'costs backfill --since 2026-01-01 --basis usage --bucket 1h',
  ]);
}

export function backfillCommand(options: BackfillOptions, context: Context): Promise<number> {
  checkBasis(options);
  const today = toDay(context.now());
  const span = checkSpan({ since: options.since, until: options.until ?? today }, today);
  const forced = options.force === true;
  return collect(context, { ...options, forced }, (input) => planBackfill(input, span, forced));
}
