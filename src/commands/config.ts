import { keepPeople } from './config/people.js';
import type { CommandGroup } from './define.js';

export const command: CommandGroup = {
  name: 'config',
  description: 'What a team decided about what is kept.',
  commands: [keepPeople],
};
