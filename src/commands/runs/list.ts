import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { renderRuns } from '../../output/runs.js';
import { addExamples, addGlobalOptions, countOption } from '../options.js';

export interface ListRunsOptions {
  limit: number;
}

/** `costs runs list` */
export function addListRunsCommand(parent: Command, open: OpenContext, run = listRunsCommand): Command {
  const command = parent
    .command('list', { isDefault: true })
    .description('Lists what ran, newest first.')
    .addOption(countOption('--limit <count>', 'how many').default(20))
    .action((options: ListRunsOptions) => run(options, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs runs list', 'costs runs list --limit 1 --json']);
}

export async function listRunsCommand({ limit }: ListRunsOptions, context: Context): Promise<void> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  context.output.write<Documents['runs list']>({ runs: await store.runs.list(team.id, limit) }, renderRuns);
}
