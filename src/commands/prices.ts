import type { Command } from 'commander';
import type { OpenContext } from '../context.js';
import { addPricesCheckCommand } from './prices/check.js';
import { addPricesImportCommand } from './prices/import.js';
import { addPricesListCommand } from './prices/list.js';

/** `costs prices` */
export function addPricesCommand(parent: Command, open: OpenContext): Command {
  const command = parent
    .command('prices')
    .description('The prices that estimates of usage are made from: a dated book of list prices, and your own.');
  addPricesListCommand(command, open);
  addPricesImportCommand(command, open);
  addPricesCheckCommand(command, open);
  return command;
}
