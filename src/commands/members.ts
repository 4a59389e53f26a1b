import type { Command } from 'commander';
import type { OpenContext } from '../context.js';
import { addAddMemberCommand } from './members/add.js';
import { addListMembersCommand } from './members/list.js';
import { addRemoveMemberCommand } from './members/remove.js';
import { addResetMemberCommand } from './members/reset.js';
import { addRoleCommand } from './members/role.js';

/** `costs members` */
export function addMembersCommand(parent: Command, open: OpenContext): Command {
  const group = parent.command('members').description('Who may unlock the vault: admins, members and viewers.');
  addListMembersCommand(group, open);
  addAddMemberCommand(group, open);
  addRoleCommand(group, open);
  addResetMemberCommand(group, open);
  addRemoveMemberCommand(group, open);
  return group;
}
