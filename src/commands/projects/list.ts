import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { renderProjects } from '../../output/projects.js';
import { addExamples, addGlobalOptions } from '../options.js';

export interface ListProjectsOptions {
  unlinked?: boolean;
}

/** `costs projects list` */
export function addListProjectsCommand(parent: Command, open: OpenContext, run = listProjectsCommand): Command {
  const command = parent
    .command('list')
    .description('Lists the projects of the team and the provider projects they are linked to.')
    .option('--unlinked', 'only those made for spend that nobody has linked')
    .action((options: ListProjectsOptions) => run(options, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs projects list', 'costs projects list --unlinked --json']);
}

export async function listProjectsCommand(options: ListProjectsOptions, context: Context): Promise<void> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const names = new Map(
    (await store.organizations.list(team.id)).map(({ organizationId, name }) => [organizationId, name]),
  );
  const projects = (await store.projects.list(team.id, { unlinked: options.unlinked === true })).map((project) => ({
    ...project,
    organization: names.get(project.organizationId ?? '') ?? project.organizationId,
  }));
  context.output.write<Documents['projects list']>({ projects }, renderProjects);
}
