import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { CostsError } from '../../errors.js';
import { addExamples, addGlobalOptions } from '../options.js';

/** `costs budget remove` */
export function addRemoveBudgetCommand(parent: Command, open: OpenContext, run = removeBudgetCommand): Command {
  const command = parent
    .command('remove')
    .argument('<id>', 'of the budget, or as many characters of it as are unique')
    .description('Removes a budget.')
    .action((id: string) => run(id, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs budget remove 3f0c']);
}

export async function removeBudgetCommand(start: string, context: Context): Promise<void> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const found = (await store.budgets.list(team.id)).filter(({ id }) => id.startsWith(start));
  const [only, another] = found;
  if (only === undefined || another !== undefined) {
    const message =
      only === undefined ? `There is no budget ${start}.` : `${found.length} budgets begin with ${start}.`;
    throw new CostsError('conflict', message, { hint: 'costs budget list' });
  }
  await store.budgets.remove(team.id, only.id);
  context.output.write<Documents['budget remove']>(
    { removed: only.id },
    () => `✔ The budget ${only.id.slice(0, 8)} is removed.`,
  );
}
