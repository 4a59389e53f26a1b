import type { BudgetView } from '../../domain/budget-view.js';
import type { Context } from '../../context.js';
import { parseAmount, parseCurrency, parseMonth } from '../../domain/budget.js';
import { parseTag } from '../../domain/tag.js';
import { CostsError } from '../../errors.js';
import { renderBudgets } from '../../output/budgets.js';
import { argument, defineCommand, option } from '../define.js';
import { organizationOption, parseWith, providerOption } from '../options.js';
import { resolveScope, type ScopeOptions } from './scope.js';
import { readBudgetViews } from './view.js';

export interface SetBudgetOptions extends ScopeOptions {
  amount: string;
  month?: string;
  from?: string;
  currency: string;
}

export const setBudget = defineCommand({
  name: 'budget set',
  description:
    'Sets what a month may cost; one of the same scope, months and currency is replaced. In each month the budget of that month holds (--month), else the latest that began (--from), else that of every month.',
  arguments: [argument('<amount>', 'what a month may cost, such as 1500 or 1500.50')],
  options: [
    providerOption('for this provider alone; beside --organization or --api-key: whose it is'),
    organizationOption('for this organization alone'),
    option('--project <name|id>', 'for this project alone'),
    option('--api-key <name|id>', 'for this API key alone'),
    option('--tag <key=value>', 'for the projects with this tag, on the days that they have it').argParser(
      parseWith(parseTag),
    ),
    option('--month <month>', 'for this month alone, such as 2026-12 (default: every month)').argParser(
      parseWith(parseMonth),
    ),
    option('--from <month>', 'for this month and all after it, until another --from').argParser(parseWith(parseMonth)),
    option('--currency <code>', 'in this currency').argParser(parseWith(parseCurrency)).default('USD'),
  ],
  examples: [
    'costs budget set 20000',
    'costs budget set 1500 --project Search',
    'costs budget set 4000 --tag product=Search --from 2026-10',
    'costs budget set 9000 --provider anthropic --month 2026-12',
  ],
  async run(options: SetBudgetOptions, context: Context) {
    const { month = null, from = null, currency } = options;
    const amount = parseAmount(options.amount);
    if (month !== null && from !== null)
      throw new CostsError('usage', 'A budget is for one month, or from one on, not both.', {
        hint: 'Leave one of --month and --from out.',
      });
    const [store, team] = await Promise.all([context.store(), context.team()]);
    const scope = await resolveScope(options, context);
    const { id } = await store.budgets.set({ ...scope, teamId: team.id, month, from, currency, amount });
    const budgets = (await readBudgetViews(store, team.id)).filter((each) => each.id === id);
    return { team: team.name, budgets };
  },
  document: ({ budgets }): { budgets: BudgetView[] } => ({ budgets }),
  render: (value, output) => renderBudgets(value, value.team, output),
});
