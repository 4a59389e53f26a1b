import type { Command } from 'commander';
import type { OpenContext } from '../context.js';
import { addListBudgetsCommand } from './budget/list.js';
import { addRemoveBudgetCommand } from './budget/remove.js';
import { addSetBudgetCommand } from './budget/set.js';

/** `costs budget` */
export function addBudgetCommand(parent: Command, open: OpenContext): Command {
  const group = parent
    .command('budget')
    .description('What a month may cost: the whole team, one provider or one project. `costs check` compares.');
  addSetBudgetCommand(group, open);
  addListBudgetsCommand(group, open);
  addRemoveBudgetCommand(group, open);
  return group;
}
