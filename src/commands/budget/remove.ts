import type { Context } from '../../context.js';
import { CostsError } from '../../errors.js';
import { argument, defineCommand } from '../define.js';

export const removeBudget = defineCommand({
  name: 'budget remove',
  description: 'Removes a budget.',
  arguments: [argument('<id>', 'of the budget, or as many characters of it as are unique')],
  examples: ['costs budget remove 3f0c'],
  async run({ id: start }: { id: string }, context: Context) {
    const [store, team] = await Promise.all([context.store(), context.team()]);
    const found = (await store.budgets.list(team.id)).filter(({ id }) => id.startsWith(start));
    const [only, another] = found;
    if (only === undefined || another !== undefined) {
      const message =
        only === undefined ? `There is no budget ${start}.` : `${found.length} budgets begin with ${start}.`;
      throw new CostsError('conflict', message, { hint: 'costs budget list' });
    }
    await store.budgets.remove(team.id, only.id);
    return { removed: only.id };
  },
  render: ({ removed }) => `✔ The budget ${removed.slice(0, 8)} is removed.`,
});
