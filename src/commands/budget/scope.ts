import type { Context } from '../../context.js';
import { SCOPE_OF_TEAM, type BudgetScope } from '../../domain/budget.js';
import { requireNamed } from '../../domain/find.js';
import type { ProviderId } from '../../domain/provider.js';
import { CostsError } from '../../errors.js';
import { requireOrganization, requireProject, requireProvider } from '../../library/find.js';
import { ALL_PROVIDER_IDS } from '../../providers/registry.js';

/** What a budget is for, as a person names it. */
export interface ScopeOptions {
  provider?: ProviderId;
  organization?: string;
  project?: string;
  apiKey?: string;
  tag?: { key: string; value: string };
}

/** @throws CostsError `usage` where two are named, or nothing goes by a name */
export async function resolveScope(options: ScopeOptions, context: Context): Promise<BudgetScope> {
  refuseSeveral(options);
  const { provider = null, organization, project, apiKey, tag } = options;
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const isTheirs = (each: { provider: ProviderId }) => provider === null || each.provider === provider;
  if (tag !== undefined) return { ...SCOPE_OF_TEAM, tag };
  if (project !== undefined) return { ...SCOPE_OF_TEAM, projectId: (await requireProject(context, project)).id };
  if (organization !== undefined) {
    const own = (await store.organizations.list(team.id)).filter(isTheirs);
    const found = requireOrganization(organization, own);
    return { ...SCOPE_OF_TEAM, provider: found.provider, organizationId: found.organizationId };
  }
  if (apiKey === undefined) {
    if (provider !== null && !ALL_PROVIDER_IDS.includes(provider)) await requireProvider(context, provider);
    return { ...SCOPE_OF_TEAM, provider };
  }
  const found = requireNamed(
    apiKey,
    (await store.apiKeys.list(team.id)).filter(isTheirs),
    ({ id, name, organization }) => ({ ids: [id], name: name ?? id, organization }),
    { what: 'API key', list: 'costs api-keys list' },
  );
  return {
    ...SCOPE_OF_TEAM,
    provider: found.provider,
    organizationId: found.organizationId,
    apiKeyId: found.id,
  };
}

/** A provider beside an organization or an API key says whose it is, as it does for reports. */
function refuseSeveral({ provider, organization, project, apiKey, tag }: ScopeOptions): void {
  const parts = Object.entries({ organization, project, 'api-key': apiKey, tag }).filter(
    ([, value]) => value !== undefined,
  );
  const isApart = provider !== undefined && (project !== undefined || tag !== undefined);
  if (parts.length < 2 && !isApart) return;
  const given = [...(provider === undefined ? [] : ['provider']), ...parts.map(([name]) => name)];
  throw new CostsError('usage', `A budget is for one of them, not for several: ${given.join(', ')}.`, {
    hint: `Give one of ${given.map((name) => `--${name}`).join(' and ')}.`,
  });
}
