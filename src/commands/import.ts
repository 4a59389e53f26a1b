import type { CommandGroup } from './define.js';
import { importFocusFiles } from './import/focus.js';

export const command: CommandGroup = {
  name: 'import',
  description: 'Billing files that providers export.',
  commands: [importFocusFiles],
};
