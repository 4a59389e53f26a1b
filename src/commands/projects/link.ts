import type { ProjectMove } from '../../domain/project-move.js';
import type { Context } from '../../context.js';
import type { Project, Relinked } from '../../domain/project.js';
import type { ProviderId } from '../../domain/provider.js';
import { CostsError } from '../../errors.js';
import { renderLinked } from '../../output/projects.js';
import { argument, defineCommand, option, asItIs } from '../define.js';
import { findProject } from '../../library/find.js';
import { providerOption } from '../options.js';
import { selectOrganizations } from '../../library/organizations.js';
import { resolveProviderProject } from './resolve.js';

export interface LinkOptions {
  /** Ours. */
  project?: string;
  provider?: ProviderId;
  organization?: string;
  providerProject?: string;
  create?: boolean;
  all?: boolean;
}

export const linkProject = defineCommand({
  name: 'projects link',
  description: 'Ties a provider project to one of ours; what was collected of it moves along.',
  arguments: [argument('[project]', 'our project, by name or id')],
  options: [
    providerOption('the provider of the provider project'),
    option('--provider-project <id>', "the provider's id of its project or workspace"),
    option('--organization <name|id>', 'its organization, where the provider has several'),
    option('--create', 'make the project when there is none of that name'),
    option('--all', 'link every provider project that is not linked, under its own name'),
  ],
  examples: [
    'costs projects link --all',
    'costs projects link Search --provider openai --provider-project proj_1 --create',
  ],
  run,
  document: asItIs<{ projects: Project[]; move: ProjectMove | null }>,
  render: renderLinked,
});

async function run(options: LinkOptions, context: Context) {
  if (options.all === true) return { projects: await linkAll(options, context), move: null };
  const { project, move } = await linkOne(options, context);
  return { projects: [project], move };
}

async function linkAll(options: LinkOptions, context: Context): Promise<Project[]> {
  if (options.project !== undefined || options.providerProject !== undefined) {
    throw new CostsError('usage', '--all links every project; it goes with no project of its own.', {
      hint: 'costs projects link --help',
    });
  }
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const [only] = options.organization === undefined ? [] : await selectOrganizations(context, options);
  return store.projects.linkAll(team.id, {
    ...(options.provider === undefined ? {} : { provider: options.provider }),
    ...(only === undefined ? {} : { organizationId: only.organizationId }),
  });
}

function parseName(answer: string): string {
  if (answer.trim() === '') throw new CostsError('usage', 'A project needs a name.');
  return answer;
}

async function linkOne(options: LinkOptions, context: Context): Promise<Relinked> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const { source, suggestion } = await askForProviderProject(options, context);
  const name =
    options.project ??
    (await context.output.prompt.text('Our name for the project', parseName, { default: suggestion }));
  const project = await findProject(context, name);
  if (project === null && options.create !== true && !(await confirmCreation(name, context))) {
    throw new CostsError('conflict', `There is no project "${name}".`, {
      hint: 'Add --create to make it, or see: costs projects list',
    });
  }
  return store.projects.link(source, { teamId: team.id, name, project });
}

async function confirmCreation(name: string, context: Context): Promise<boolean> {
  return (
    context.output.interactive &&
    context.output.prompt.confirm(`There is no project "${name}". Make it?`, { default: true })
  );
}

async function askForProviderProject({ provider, providerProject, organization }: LinkOptions, context: Context) {
  if (provider !== undefined && providerProject !== undefined) {
    const source = await resolveProviderProject(context, {
      provider,
      providerProject,
      ...(organization === undefined ? {} : { organization }),
    });
    return { source, suggestion: providerProject };
  }
  if (!context.output.interactive) {
    throw new CostsError('usage', 'Which provider project? --provider and --provider-project are missing.', {
      hint: 'Add both, or link all by the names they have: costs projects link --all',
    });
  }
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const unlinked = await store.projects.list(team.id, { unlinked: true });
  if (unlinked.length === 0)
    throw new CostsError('conflict', 'Every known provider project is linked.', {
      hint: 'Look for new ones: costs projects discover',
    });
  const choices = unlinked.map((project) => ({
    name: `${project.name}  (${project.provider ?? ''} ${project.providerProjectId ?? ''})`,
    value: project,
  }));
  const chosen = await context.output.prompt.choose('Which provider project?', choices);
  const source = {
    provider: chosen.provider as ProviderId,
    organizationId: chosen.organizationId ?? '',
    providerProjectId: chosen.providerProjectId ?? '',
  };
  return { source, suggestion: chosen.name };
}
