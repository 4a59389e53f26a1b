import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import type { Organization } from '../../domain/collection.js';
import type { DiscoveryOutcome } from '../../domain/project.js';
import { asCostsError, toErrorDocument, type ErrorDocument } from '../../errors.js';
import { renderDiscovery } from '../../output/projects.js';
import { exitCodeOf } from '../exit-code.js';
import { selectOrganizations } from '../organizations.js';
import {
  addExamples,
  addGlobalOptions,
  organizationOption,
  providerOption,
  setExitCode,
  type SelectionOptions,
} from '../options.js';

/** What one organization's project list brought. */
export type DiscoveryResult = Pick<Organization, 'provider' | 'organizationId' | 'name'> &
  (({ status: 'ok'; error?: never } & DiscoveryOutcome) | { status: 'failed'; error: ErrorDocument });

/** `costs projects discover` */
export function addDiscoverCommand(parent: Command, open: OpenContext, run = discoverCommand): Command {
  const command = parent
    .command('discover')
    .description(
      'Asks the providers for their projects and workspaces; new ones appear as not linked, archived ones keep their names.',
    )
    .addOption(providerOption())
    .addOption(organizationOption())
    .action(async (options: SelectionOptions) => setExitCode(await run(options, open(command.optsWithGlobals()))));
  addGlobalOptions(command);
  return addExamples(command, ['costs projects discover', 'costs projects discover --provider anthropic']);
}

export async function discoverCommand(options: SelectionOptions, context: Context): Promise<number> {
  const organizations = await selectOrganizations(context, options);
  const progress = context.output.progress('Asking for projects …');
  const results: DiscoveryResult[] = [];
  try {
    for (const organization of organizations) {
      progress.update(`Asking ${organization.provider} ${organization.name} for its projects`);
      results.push(await discover(context, organization));
    }
  } finally {
    progress.stop();
  }
  const failed = results.filter(({ status }) => status === 'failed').length;
  const status = failed === 0 ? 'ok' : failed < results.length ? 'partial' : 'failed';
  const document = { status, organizations: results } as const;
  context.output.write<Documents['projects discover']>(document, renderDiscovery);
  return exitCodeOf(document);
}

async function discover(context: Context, organization: Organization): Promise<DiscoveryResult> {
  const { provider, organizationId, name, teamId } = organization;
  try {
    const [key, adapter, store] = await Promise.all([
      context.keyOf(organization),
      context.provider(provider),
      context.store(),
    ]);
    const list = await adapter.listProjects({ key, signal: context.signal, observe: () => undefined });
    const projects = new Map(list.map((project) => [project.id, project]));
    const outcome = await store.projects.discovered({
      provider,
      organizationId,
      organizationName: name,
      teamId,
      projects,
    });
    return { provider, organizationId, name, status: 'ok', ...outcome };
  } catch (thrown) {
    const error = asCostsError(thrown);
    if (error.code === 'interrupted') throw error;
    return { provider, organizationId, name, status: 'failed', error: toErrorDocument(error) };
  }
}
