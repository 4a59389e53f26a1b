import type { BudgetView } from '../../domain/budget-view.js';
import type { Context } from '../../context.js';
import { renderBudgets } from '../../output/budgets.js';
import { defineCommand } from '../define.js';
import { readBudgetViews } from './view.js';

export const listBudgets = defineCommand({
  name: 'budget list',
  description: 'Lists the budgets of the team.',
  examples: ['costs budget list', 'costs budget list --json'],
  readsOnly: true,
  async run(_options: object, context: Context) {
    const [store, team] = await Promise.all([context.store(), context.team()]);
    return { team: team.name, budgets: await readBudgetViews(store, team.id) };
  },
  document: ({ budgets }): { budgets: BudgetView[] } => ({ budgets }),
  render: (value, output) => renderBudgets(value, value.team, output),
});
