import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { renderBudgets } from '../../output/budgets.js';
import { addExamples, addGlobalOptions } from '../options.js';
import { viewBudget } from './view.js';

/** `costs budget list` */
export function addListBudgetsCommand(parent: Command, open: OpenContext, run = listBudgetsCommand): Command {
  const command = parent
    .command('list')
    .description('Lists the budgets of the team.')
    .action(() => run(open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs budget list', 'costs budget list --json']);
}

export async function listBudgetsCommand(context: Context): Promise<void> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const projects = await store.projects.list(team.id);
  const budgets = (await store.budgets.list(team.id)).map((budget) => viewBudget(budget, projects));
  context.output.write<Documents['budget list']>({ budgets }, (value, output) =>
    renderBudgets(value, team.name, output),
  );
}
