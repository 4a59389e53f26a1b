import type { Command } from 'commander';
import type { OpenContext } from '../context.js';
import { addAddKeyCommand } from './keys/add.js';
import { addEnableKeyCommand, addDisableKeyCommand } from './keys/enable.js';
import { addListKeysCommand } from './keys/list.js';
import { addRemoveKeyCommand } from './keys/remove.js';
import { addRotateKeyCommand } from './keys/rotate.js';
import { addVerifyKeysCommand } from './keys/verify.js';

/** `costs keys` */
export function addKeysCommand(parent: Command, open: OpenContext): Command {
  const group = parent.command('keys').description('Admin API keys of organizations.');
  addAddKeyCommand(group, open);
  addListKeysCommand(group, open);
  addVerifyKeysCommand(group, open);
  addRotateKeyCommand(group, open);
  addEnableKeyCommand(group, open);
  addDisableKeyCommand(group, open);
  addRemoveKeyCommand(group, open);
  return group;
}
