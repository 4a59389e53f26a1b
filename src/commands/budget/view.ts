import type { KnownApiKey } from '../../domain/api-key.js';
import type { Budget } from '../../domain/budget.js';
import type { BudgetView } from '../../domain/budget-view.js';
import { formatDecimal } from '../../domain/decimal.js';
import { organizationRef, type RegisteredOrganization } from '../../domain/organization.js';
import type { Project } from '../../domain/project.js';
import type { Store } from '../../store/store.js';

/**
 * A team's budgets with the names of what they are of.
 * @param known its projects, where they were read already
 */
export async function readBudgetViews(store: Store, teamId: string, known?: readonly Project[]): Promise<BudgetView[]> {
  const budgets = await store.budgets.list(teamId);
  if (budgets.length === 0) return [];
  const [projects, organizations] = await Promise.all([
    known ?? store.projects.list(teamId),
    store.organizations.list(teamId),
  ]);
  const apiKeys = budgets.some(({ apiKeyId }) => apiKeyId !== null) ? await store.apiKeys.list(teamId) : [];
  return budgets.map((budget) => viewBudget(budget, { projects, organizations, apiKeys }));
}

interface Named {
  projects: readonly Project[];
  organizations: readonly RegisteredOrganization[];
  apiKeys: readonly KnownApiKey[];
}

function viewBudget({ teamId: _, amount, ...budget }: Budget, named: Named): BudgetView {
  const { projectId, organizationId, apiKeyId } = budget;
  const ref = organizationRef(budget);
  const apiKey = named.apiKeys.find((each) => each.id === apiKeyId && organizationRef(each) === ref);
  const organization = named.organizations.find((each) => organizationRef(each) === ref);
  return {
    ...budget,
    organization: organizationId === null ? null : (organization?.name ?? organizationId),
    apiKey: apiKeyId === null ? null : (apiKey?.name ?? apiKeyId),
    project: named.projects.find(({ id }) => id === projectId)?.name ?? null,
    amount: formatDecimal(amount),
  };
}
