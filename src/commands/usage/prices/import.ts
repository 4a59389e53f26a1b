import type { Context } from '../../../context.js';
import { plural } from '../../../domain/words.js';
import { argument, defineCommand, asItIs } from '../../define.js';
import { readText } from '../../read-text.js';
import { parsePrices } from './file.js';

export const pricesImport = defineCommand({
  name: 'usage prices import',
  description:
    'Adds prices of your own and makes every estimate again. They go before the list prices, from their first day on.',
  arguments: [argument('<file>', 'JSON, as "costs usage prices list --json" prints it; "-" is standard input')],
  examples: ['costs usage prices import negotiated.json'],
  async run({ file }: { file: string }, context: Context) {
    const prices = parsePrices(file === '-' ? await context.output.prompt.stdin() : await readText(file));
    const { usage } = await context.store();
    const outcome = await usage.importPrices((await context.team()).id, prices);
    return { read: prices.length, changed: outcome.prices, estimates: outcome.estimates };
  },
  document: asItIs<{ read: number; changed: number; estimates: number }>,
  render: ({ read: all, changed, estimates }) =>
    `${plural(all, 'price')} read, ${plural(changed, 'new or changed', 'new or changed')}. ${plural(estimates, 'estimate')} made again.`,
});
