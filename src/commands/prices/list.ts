import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { formatDecimal } from '../../domain/decimal.js';
import type { Price } from '../../domain/price.js';
import type { ProviderId } from '../../domain/provider.js';
import { listPrices, listPricesReadOn } from '../../providers/registry.js';
import { renderPrices, type PriceDocument } from '../../output/prices.js';
import { addExamples, addGlobalOptions, providerOption } from '../options.js';

export interface PricesListOptions {
  provider?: ProviderId;
  model?: string;
}

/** `costs prices list` */
export function addPricesListCommand(parent: Command, open: OpenContext, run = pricesListCommand): Command {
  const command = parent
    .command('list')
    .description('Lists prices with the day they hold from and their source; your own come first and go first.')
    .addOption(providerOption())
    .option('--model <name>', 'only models whose name begins so')
    .action((options: PricesListOptions) => run(options, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs prices list', 'costs prices list --model gpt-5 --json']);
}

export async function pricesListCommand({ provider, model = '' }: PricesListOptions, context: Context): Promise<void> {
  const own = (await context.hasStore()) ? await (await context.store()).usage.prices() : [];
  const isWanted = (price: Price) =>
    (provider === undefined || price.provider === provider) && price.model.startsWith(model);
  const prices = [
    ...own.filter(isWanted).map((price) => toDocument(price, 'imported')),
    ...listPrices()
      .filter(isWanted)
      .map((price) => toDocument(price, 'shipped')),
  ];
  context.output.write<Documents['prices list']>({ shippedReadOn: listPricesReadOn(), prices }, renderPrices);
}

function toDocument({ price, per, ...rest }: Price, origin: PriceDocument['origin']): PriceDocument {
  return { ...rest, price: formatDecimal(price), per: formatDecimal(per), origin };
}
