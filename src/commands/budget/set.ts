import type { BudgetView } from '../../domain/budget-view.js';
import type { Context } from '../../context.js';
import { parseAmount, parseCurrency, parseMonth } from '../../domain/budget.js';
import type { ProviderId } from '../../domain/provider.js';
import { CostsError } from '../../errors.js';
import { renderBudgets } from '../../output/budgets.js';
import { argument, defineCommand, option } from '../define.js';
import { requireProject } from '../../library/find.js';
import { parseWith, providerOption } from '../options.js';
import { viewBudget } from './view.js';

export interface SetBudgetOptions {
  amount: string;
  provider?: ProviderId;
  project?: string;
  month?: string;
  currency: string;
}

export const setBudget = defineCommand({
  name: 'budget set',
  description: 'Sets what a month may cost; one of the same scope, month and currency is replaced.',
  arguments: [argument('<amount>', 'what a month may cost, such as 1500 or 1500.50')],
  options: [
    providerOption('for this provider alone'),
    option('--project <name|id>', 'for this project alone'),
    option('--month <month>', 'for this month alone, such as 2026-12 (default: every month)').argParser(
      parseWith(parseMonth),
    ),
    option('--currency <code>', 'in this currency').argParser(parseWith(parseCurrency)).default('USD'),
  ],
  examples: [
    'costs budget set 20000',
    'costs budget set 1500 --project Search',
    'costs budget set 9000 --provider anthropic --month 2026-12',
  ],
  async run(options: SetBudgetOptions, context: Context) {
    const amount = parseAmount(options.amount);
    if (options.provider !== undefined && options.project !== undefined) {
      throw new CostsError('usage', 'A budget is for a provider or for a project, not for both.', {
        hint: 'Leave one of --provider and --project out.',
      });
    }
    const [store, team] = await Promise.all([context.store(), context.team()]);
    const project = options.project === undefined ? null : await requireProject(context, options.project);
    const budget = await store.budgets.set({
      teamId: team.id,
      provider: options.provider ?? null,
      projectId: project?.id ?? null,
      month: options.month ?? null,
      currency: options.currency,
      amount,
    });
    return { team: team.name, budgets: [viewBudget(budget, project === null ? [] : [project])] };
  },
  document: ({ budgets }): { budgets: BudgetView[] } => ({ budgets }),
  render: (value, output) => renderBudgets(value, value.team, output),
});
