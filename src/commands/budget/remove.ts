import type { Context } from '../../context.js';
import { requireNamed } from '../../domain/find.js';
import { confirm, confirmOption } from '../confirm.js';
import { argument, defineCommand, asItIs } from '../define.js';

export const removeBudget = defineCommand({
  name: 'budget remove',
  description: 'Removes a budget.',
  arguments: [argument('<budget>', 'its id, or as many characters of it as are unique')],
  options: [confirmOption()],
  examples: ['costs budget remove 3f0c'],
  async run({ budget: word, yes }: { budget: string; yes?: boolean }, context: Context) {
    const [store, team] = await Promise.all([context.store(), context.team()]);
    const budgets = await store.budgets.list(team.id);
    // As many characters of an id as are unique will do, but not none.
    const begun = budgets.filter(({ id }) => word !== '' && id.startsWith(word));
    const only = requireNamed(
      word,
      budgets,
      ({ id }) => ({ ids: [...(begun.some((each) => each.id === id) ? [word] : []), id], name: id }),
      { what: 'budget', list: 'costs budget list' },
    );
    await confirm(context.output, { yes, question: `Remove the budget ${only.id.slice(0, 8)}?` });
    await store.budgets.remove(team.id, only.id);
    return { removed: only.id };
  },
  document: asItIs<{ removed: string }>,
  render: ({ removed }) => `✔ The budget ${removed.slice(0, 8)} is removed.`,
});
