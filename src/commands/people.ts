import type { CommandGroup } from './define.js';
import { forgetPerson } from './people/forget.js';

export const people: CommandGroup = {
  name: 'people',
  description: 'The people behind API keys.',
  commands: [forgetPerson],
};
