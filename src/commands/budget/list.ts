import type { BudgetView } from '../../domain/budget-view.js';
import type { Context } from '../../context.js';
import { renderBudgets } from '../../output/budgets.js';
import { defineCommand } from '../define.js';
import { viewBudget } from './view.js';

export const listBudgets = defineCommand({
  name: 'budget list',
  description: 'Lists the budgets of the team.',
  examples: ['costs budget list', 'costs budget list --json'],
  async run(_options: object, context: Context) {
    const [store, team] = await Promise.all([context.store(), context.team()]);
    const projects = await store.projects.list(team.id);
    const budgets = (await store.budgets.list(team.id)).map((budget) => viewBudget(budget, projects));
    return { team: team.name, budgets };
  },
  document: ({ budgets }): { budgets: BudgetView[] } => ({ budgets }),
  render: (value, output) => renderBudgets(value, value.team, output),
});
