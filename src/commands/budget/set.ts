import { Option, type Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { parseAmount, parseCurrency, parseMonth } from '../../domain/budget.js';
import type { ProviderId } from '../../domain/provider.js';
import { CostsError } from '../../errors.js';
import { renderBudgets } from '../../output/budgets.js';
import { addExamples, addGlobalOptions, parseWith, providerOption } from '../options.js';
import { viewBudget } from './view.js';

export interface SetBudgetOptions {
  provider?: ProviderId;
  project?: string;
  month?: string;
  currency: string;
}

/** `costs budget set` */
export function addSetBudgetCommand(parent: Command, open: OpenContext, run = setBudgetCommand): Command {
  const command = parent
    .command('set')
    .argument('<amount>', 'what a month may cost, such as 1500 or 1500.50')
    .description('Sets what a month may cost; one of the same scope, month and currency is replaced.')
    .addOption(providerOption('for this provider alone'))
    .option('--project <name|id>', 'for this project alone')
    .addOption(
      new Option('--month <month>', 'for this month alone, such as 2026-12 (default: every month)').argParser(
        parseWith(parseMonth),
      ),
    )
    .addOption(new Option('--currency <code>', 'in this currency').argParser(parseWith(parseCurrency)).default('USD'))
    .action((amount: string, options: SetBudgetOptions) => run(amount, options, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, [
    'costs budget set 20000',
    'costs budget set 1500 --project Search',
    'costs budget set 9000 --provider anthropic --month 2026-12',
  ]);
}

export async function setBudgetCommand(text: string, options: SetBudgetOptions, context: Context): Promise<void> {
  const amount = parseAmount(text);
  if (options.provider !== undefined && options.project !== undefined) {
    throw new CostsError('usage', 'A budget is for a provider or for a project, not for both.', {
      hint: 'Leave one of --provider and --project out.',
    });
  }
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const project = options.project === undefined ? null : await store.projects.find(team.id, options.project);
  const budget = await store.budgets.set({
    teamId: team.id,
    provider: options.provider ?? null,
    projectId: project?.id ?? null,
    month: options.month ?? null,
    currency: options.currency,
    amount,
  });
  const budgets = [viewBudget(budget, project === null ? [] : [project])];
  context.output.write<Documents['budget set']>({ budgets }, (value, output) =>
    renderBudgets(value, team.name, output),
  );
}
