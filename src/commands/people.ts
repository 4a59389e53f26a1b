import type { CommandGroup } from './define.js';
import { forgetPerson } from './people/forget.js';

export const command: CommandGroup = {
  name: 'people',
  description: 'The people behind API keys.',
  commands: [forgetPerson],
};
