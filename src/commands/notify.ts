import type { CommandGroup } from './define.js';
import { testNotify } from './notify/test.js';

export const command: CommandGroup = {
  name: 'notify',
  description: 'Webhooks that hear of findings: costs check --notify VARIABLE.',
  commands: [testNotify],
};
