import type { BudgetView } from '../domain/budget-view.js';
import { providerName } from '../providers/registry.js';
import { distinctProjects } from './distinct-projects.js';
import { formatMoney } from './format.js';
import type { Output } from './output.js';
import { renderTable } from './table.js';
import { formatMonth } from '../domain/words.js';

export function renderBudgets({ budgets }: { budgets: readonly BudgetView[] }, team: string, output: Output): string {
  if (budgets.length === 0) return 'No budget is set. → costs budget set 1000';
  return renderTable(
    [
      { head: 'Budget for' },
      { head: 'Month' },
      { head: 'Amount', align: 'right' },
      { head: '' },
      { head: 'Id', lesser: 'id' },
    ],
    budgets
      .map(distinctProjects(budgets))
      .map((budget) => [
        scopeOf(budget, team),
        budget.month === null ? 'every month' : formatMonth(budget.month),
        formatMoney(budget.amount),
        budget.currency,
        budget.id.slice(0, 8),
      ]),
    output,
  );
}

/** What a budget is for, in words. */
export function scopeOf({ provider, project, projectId }: BudgetView, team: string): string {
  if (provider !== null) return providerName(provider);
  return projectId === null ? team : (project ?? projectId);
}
