import type { Budget } from '../../domain/budget.js';
import { formatDecimal } from '../../domain/decimal.js';
import type { Project } from '../../domain/project.js';
import type { BudgetView } from '../../domain/budget-view.js';

/** A budget with the name of its project, as documents carry it. */
export function viewBudget(
  { id, provider, projectId, month, currency, amount }: Budget,
  projects: readonly Project[],
): BudgetView {
  const project = projects.find((each) => each.id === projectId)?.name ?? null;
  return { id, provider, projectId, project, month, currency, amount: formatDecimal(amount) };
}
