import type { CommandGroup } from './define.js';
import { prices } from './usage/prices.js';
import { usageCompare } from './usage/compare.js';

export const command: CommandGroup = {
  name: 'usage',
  description: 'Usage beside the bills: what was used, and what it should have cost.',
  commands: [usageCompare, prices],
};
