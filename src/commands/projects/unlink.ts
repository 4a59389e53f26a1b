import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { renderUnlinked } from '../../output/projects.js';
import { addExamples, addGlobalOptions } from '../options.js';

/** `costs projects unlink` */
export function addUnlinkCommand(parent: Command, open: OpenContext, run = unlinkCommand): Command {
  const command = parent
    .command('unlink')
    .argument('<project>', 'our project, by name or id')
    .description(
      "Unties a project from its provider project; what was collected moves to one with the provider's name.",
    )
    .action((project: string) => run(project, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs projects unlink Search']);
}

export async function unlinkCommand(name: string, context: Context): Promise<void> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const relinked = await store.projects.unlink(team.id, await store.projects.find(team.id, name));
  context.output.write<Documents['projects unlink']>(relinked, renderUnlinked);
}
