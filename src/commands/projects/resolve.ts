import type { Context } from '../../context.js';
import type { ProviderId } from '../../domain/provider.js';
import type { ProviderProjectRef } from '../../domain/project.js';
import { CostsError } from '../../errors.js';
import { requireOrganization } from '../../library/find.js';

export interface ProviderProjectOptions {
  provider: ProviderId;
  providerProject: string;
  organization?: string;
}

/**
 * The triple of a provider project: its organization is the one named, else where it was seen, else the provider's only one.
 * @throws CostsError `usage` for an empty id, `conflict` when several organizations would do, or none is registered
 */
export async function resolveProviderProject(
  context: Context,
  { provider, providerProject, organization }: ProviderProjectOptions,
): Promise<ProviderProjectRef> {
  if (providerProject.trim() === '')
    throw new CostsError('usage', 'Which provider project? Its id is empty.', { hint: 'costs projects list' });
  const organizationId = await resolveOrganizationId(context, {
    provider,
    providerProject,
    ...(organization === undefined ? {} : { organization }),
  });
  return { provider, organizationId, providerProjectId: providerProject };
}

async function resolveOrganizationId(
  context: Context,
  { provider, providerProject, organization }: ProviderProjectOptions,
): Promise<string> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const registered = (await store.organizations.list(team.id)).filter((each) => each.provider === provider);
  if (organization !== undefined) {
    return requireOrganization(organization, registered).organizationId;
  }
  const seen = await store.projects.byProviderProject(team.id, provider, providerProject);
  const candidates =
    seen.length > 0
      ? seen.map((project) => project.organizationId ?? '')
      : registered.map((each) => each.organizationId);
  return onlyOne(candidates, `organizations of ${provider} that ${providerProject} may belong to`);
}

function onlyOne(ids: string[], what: string): string {
  const [first, ...more] = [...new Set(ids)];
  if (first !== undefined && more.length === 0) return first;
  if (first === undefined) throw new CostsError('conflict', `There are no ${what}.`, { hint: 'costs keys list' });
  throw new CostsError('usage', `There are ${more.length + 1} ${what}.`, {
    hint: `Say which with --organization: ${[first, ...more].join(', ')}`,
  });
}
