import type { CommandGroup } from '../define.js';
import { pricesCheck } from './prices/check.js';
import { pricesImport } from './prices/import.js';
import { pricesList } from './prices/list.js';

export const prices: CommandGroup = {
  name: 'prices',
  description: 'The prices that estimates of usage are made from: a dated book of list prices, and your own.',
  commands: [pricesList, pricesImport, pricesCheck],
};
