import type { CommandGroup } from './define.js';
import { listBudgets } from './budget/list.js';
import { removeBudget } from './budget/remove.js';
import { setBudget } from './budget/set.js';

export const command: CommandGroup = {
  name: 'budget',
  description:
    'What a month may cost: the whole team, a provider, organization, project, API key or tag. `costs check` compares.',
  commands: [setBudget, listBudgets, removeBudget],
};
