import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { CostsError } from '../../errors.js';
import { renderRenamed } from '../../output/projects.js';
import { addExamples, addGlobalOptions } from '../options.js';

/** `costs projects rename` */
export function addRenameCommand(parent: Command, open: OpenContext, run = renameCommand): Command {
  const command = parent
    .command('rename')
    .argument('<project>', 'our project, by name or id')
    .argument('<name>', 'its new name')
    .description('Gives a project of ours another name; links, rows and history stay.')
    .action((project: string, name: string) => run(project, name, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs projects rename proj_1 Search']);
}

export async function renameCommand(nameOrId: string, name: string, context: Context): Promise<void> {
  if (name.trim() === '')
    throw new CostsError('usage', 'A project needs a name.', { hint: 'costs projects rename OLD NEW' });
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const project = await store.projects.rename(team.id, await store.projects.find(team.id, nameOrId), name.trim());
  context.output.write<Documents['projects rename']>({ project }, renderRenamed);
}
