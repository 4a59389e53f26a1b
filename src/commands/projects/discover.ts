import type { Context } from '../../context.js';
import type { Organization } from '../../domain/collection.js';
import type { DiscoveryResult } from '../../domain/project.js';
import { shell } from '../../domain/shell.js';
import { asCostsError, CostsError, toErrorDocument } from '../../errors.js';
import { renderDiscovery } from '../../output/projects.js';
import { exitCodeOf, statusOf } from '../../domain/exit-code.js';
import { selectOrganizations } from '../../library/organizations.js';
import { defineCommand, asItIs } from '../define.js';
import { organizationOption, providerOption } from '../options.js';
import { PROVIDER_IDS } from '../../providers/registry.js';
import { during } from '../../output/during.js';
import type { Selection } from '../../library/requests.js';

export const discoverProjects = defineCommand({
  name: 'projects discover',
  description:
    'Asks the providers for their projects and workspaces; new ones appear as not linked, archived ones keep their names.',
  options: [providerOption('only this provider', PROVIDER_IDS), organizationOption()],
  examples: ['costs projects discover', 'costs projects discover --provider anthropic'],
  async run(options: Selection, context: Context) {
    const selected = await selectOrganizations(context, options);
    const organizations = selected.filter(({ source }) => source !== 'path');
    const [ofFiles] = selected;
    if (organizations.length === 0 && ofFiles !== undefined)
      throw new CostsError('usage', `${ofFiles.name} is read from files, which its projects come with.`, {
        hint: shell`costs sync --organization ${ofFiles.organizationId}`,
      });
    const results: DiscoveryResult[] = [];
    await during(context.output, 'Asking for projects …', async (progress) => {
      for (const organization of organizations) {
        progress.update(`Asking ${organization.provider} ${organization.name} for its projects`);
        results.push(await discover(context, organization));
      }
    });
    return { status: statusOf(results), organizations: results };
  },
  document: asItIs<{ status: 'ok' | 'partial' | 'failed'; organizations: DiscoveryResult[] }>,
  render: renderDiscovery,
  failures: ({ organizations }) => organizations,
  exitCode: exitCodeOf,
});

async function discover(context: Context, organization: Organization): Promise<DiscoveryResult> {
  const { provider, organizationId, name, teamId } = organization;
  try {
    const [key, adapter, store] = await Promise.all([
      context.adminKey(organization),
      context.provider(provider),
      context.store(),
    ]);
    const list = await adapter.listProjects({ key, organizationId, signal: context.signal, observe: () => undefined });
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
