import type { CommandGroup } from './define.js';
import { rotateVault } from './vault/rotate.js';

export const vault: CommandGroup = {
  name: 'vault',
  description: "The team's data key.",
  commands: [rotateVault],
};
