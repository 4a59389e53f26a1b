import type { Context } from '../../context.js';
import { renderProjects, type ListedProject } from '../../output/projects.js';
import { defineCommand, option, asItIs } from '../define.js';
import { organizationRef } from '../../domain/organization.js';

export interface ListProjectsOptions {
  unlinked?: boolean;
}

export const listProjects = defineCommand({
  name: 'projects list',
  description: 'Lists the projects of the team and the provider projects they are linked to.',
  options: [option('--unlinked', 'only those made for spend that is not linked yet')],
  examples: ['costs projects list', 'costs projects list --unlinked --json'],
  readsOnly: true,
  async run(options: ListProjectsOptions, context: Context) {
    const [store, team] = await Promise.all([context.store(), context.team()]);
    const names = new Map((await store.organizations.list(team.id)).map((each) => [organizationRef(each), each.name]));
    const projects = (await store.projects.list(team.id, { unlinked: options.unlinked === true })).map((project) => ({
      ...project,
      organization: names.get(organizationRef(project)) ?? project.organizationId,
    }));
    return { projects };
  },
  document: asItIs<{ projects: ListedProject[] }>,
  render: renderProjects,
});
