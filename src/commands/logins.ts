import type { Command } from 'commander';
import type { OpenContext } from '../context.js';
import { addKeepLoginsCommand } from './logins/keep.js';
import { addListLoginsCommand } from './logins/list.js';
import { addUnlockLoginCommand } from './logins/unlock.js';

/** `costs logins` */
export function addLoginsCommand(parent: Command, open: OpenContext): Command {
  const group = parent.command('logins').description('Login attempts and locks (admins only).');
  addListLoginsCommand(group, open);
  addUnlockLoginCommand(group, open);
  addKeepLoginsCommand(group, open);
  return group;
}
