import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { CostsError } from '../../errors.js';
import { renderRun } from '../../output/runs.js';
import { addExamples, addGlobalOptions } from '../options.js';

/** `costs runs show` */
export function addShowRunCommand(parent: Command, open: OpenContext, run = showRunCommand): Command {
  const command = parent
    .command('show')
    .argument('<run>', 'its id, or how it begins')
    .description('Shows what a run planned and did, an organization at a time.')
    .action((id: string) => run(id, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs runs show 01JD4K']);
}

export async function showRunCommand(id: string, context: Context): Promise<void> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const [run, another] = await store.runs.find(team.id, id);
  if (run === undefined) throw new CostsError('conflict', `No run begins with "${id}".`, { hint: 'costs runs list' });
  if (another !== undefined)
    throw new CostsError('conflict', `Several runs begin with "${id}".`, {
      hint: 'Give more of the id: costs runs list --json',
    });
  context.output.write<Documents['runs show']>(run, renderRun);
}
