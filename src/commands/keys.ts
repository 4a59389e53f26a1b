import type { CommandGroup } from './define.js';
import { addKey } from './keys/add.js';
import { enableKey, disableKey } from './keys/enable.js';
import { listKeys } from './keys/list.js';
import { moveKey } from './keys/move.js';
import { removeKey } from './keys/remove.js';
import { renameKey } from './keys/rename.js';
import { rotateKey } from './keys/rotate.js';
import { rotateVault } from './keys/rotate-vault.js';
import { verifyKeys } from './keys/verify.js';

export const command: CommandGroup = {
  name: 'keys',
  description: 'Admin API keys of organizations.',
  commands: [
    addKey,
    listKeys,
    verifyKeys,
    rotateKey,
    enableKey,
    disableKey,
    renameKey,
    moveKey,
    removeKey,
    rotateVault,
  ],
};
