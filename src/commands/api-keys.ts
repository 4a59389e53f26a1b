import { listApiKeys } from './api-keys/list.js';
import type { CommandGroup } from './define.js';

export const command: CommandGroup = {
  name: 'api-keys',
  description: 'The keys that programs call models with.',
  commands: [listApiKeys],
};
