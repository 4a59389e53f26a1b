import type { BudgetView } from '../domain/budget-view.js';
import { providerName } from '../providers/registry.js';
import { distinctNames } from './distinct-names.js';
import { formatMoney } from './format.js';
import type { Output } from './output.js';
import { renderTable } from './table.js';
import { formatMonth } from '../domain/words.js';

export function renderBudgets({ budgets }: { budgets: readonly BudgetView[] }, team: string, output: Output): string {
  if (budgets.length === 0) return 'No budget is set. → costs budget set 1000';
  return renderTable(
    [
      { head: 'Budget for' },
      { head: 'Months' },
      { head: 'Amount', align: 'right' },
      { head: '' },
      { head: 'Id', lesser: 'id' },
    ],
    budgets
      .map(distinctNames(budgets))
      .map((budget) => [
        scopeOf(budget, team),
        monthsOf(budget),
        formatMoney(budget.amount),
        budget.currency,
        budget.id.slice(0, 8),
      ]),
    output,
  );
}

function monthsOf({ month, from }: BudgetView): string {
  if (month !== null) return formatMonth(month);
  return from === null ? 'every month' : `from ${formatMonth(from)}`;
}

/** What a budget is for, in words: a project bears its name alone, and what is no project may be called the same. */
export function scopeOf(budget: BudgetView, team: string): string {
  const { provider, organization, apiKey, project, projectId, tag } = budget;
  if (tag !== null) return `${tag.key}=${tag.value}`;
  if (projectId !== null) return project ?? projectId;
  if (provider === null) return `${team} (team)`;
  if (organization === null) return `${providerName(provider)} (provider)`;
  return apiKey === null ? `${organization} (organization)` : `${organization}/${apiKey}`;
}
