import type { Day } from '../../../domain/day.js';
import type { Context } from '../../../context.js';
import { formatDecimal } from '../../../domain/decimal.js';
import type { Price } from '../../../domain/price.js';
import type { ProviderId } from '../../../domain/provider.js';
import { listPrices, listPricesReadOn, PROVIDER_IDS } from '../../../providers/registry.js';
import { renderPrices, type PriceDocument } from '../../../output/prices.js';
import { defineCommand, option, asItIs } from '../../define.js';
import { providerOption } from '../../options.js';

export interface PricesListOptions {
  provider?: ProviderId;
  model?: string;
}

export const pricesList = defineCommand({
  name: 'usage prices list',
  description: 'Lists prices with the day they hold from and their source; your own come first and go first.',
  options: [
    providerOption('only this provider', PROVIDER_IDS),
    option('--model <name>', 'only models whose name begins so'),
  ],
  examples: ['costs usage prices list', 'costs usage prices list --model gpt-5 --json'],
  async run({ provider, model = '' }: PricesListOptions, context: Context) {
    const own = (await context.hasStore()) ? await (await context.store()).usage.prices((await context.team()).id) : [];
    const isWanted = (price: Price) =>
      (provider === undefined || price.provider === provider) && price.model.startsWith(model);
    const prices = [
      ...own.filter(isWanted).map((price) => toDocument(price, 'imported')),
      ...listPrices()
        .filter(isWanted)
        .map((price) => toDocument(price, 'shipped')),
    ];
    return { shippedReadOn: listPricesReadOn(), prices };
  },
  document: asItIs<{ shippedReadOn: Day; prices: PriceDocument[] }>,
  render: renderPrices,
});

function toDocument({ price, per, ...rest }: Price, origin: PriceDocument['origin']): PriceDocument {
  return { ...rest, price: formatDecimal(price), per: formatDecimal(per), origin };
}
