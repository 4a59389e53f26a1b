import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { CostsError } from '../../errors.js';
import { plural } from '../../output/format.js';
import { addExamples, addGlobalOptions } from '../options.js';
import { parsePrices } from './file.js';

/** `costs prices import` */
export function addPricesImportCommand(parent: Command, open: OpenContext, run = pricesImportCommand): Command {
  const command = parent
    .command('import')
    .argument('<file>', 'JSON, as "costs prices list --json" prints it; "-" is standard input')
    .description(
      'Adds prices of your own and makes every estimate again. They go before the list prices, from their first day on.',
    )
    .action((file: string) => run(file, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs prices import negotiated.json']);
}

export async function pricesImportCommand(file: string, context: Context): Promise<void> {
  const prices = parsePrices(file === '-' ? await context.output.prompt.stdin() : await read(file));
  const { usage } = await context.store();
  const outcome = await usage.importPrices(prices);
  context.output.write<Documents['prices import']>(
    { read: prices.length, changed: outcome.prices, estimates: outcome.estimates },
    ({ read: all, changed, estimates }) =>
      `${plural(all, 'price')} read, ${plural(changed, 'new or changed', 'new or changed')}. ${plural(estimates, 'estimate')} made again.`,
  );
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CostsError('usage', `${file} cannot be read.`, {
      hint: 'Name a file of prices, or "-" for standard input.',
      cause,
    });
  }
}
