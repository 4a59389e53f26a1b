import type { CommandGroup } from './define.js';
import { addMember } from './members/add.js';
import { listMembers } from './members/list.js';
import { command as logins } from './members/logins.js';
import { passwd } from './members/passwd.js';
import { removeMember } from './members/remove.js';
import { resetMember } from './members/reset.js';
import { setRole } from './members/role.js';

export const command: CommandGroup = {
  name: 'members',
  description: 'Who may unlock the vault: admins and members.',
  commands: [listMembers, addMember, setRole, resetMember, removeMember, passwd, logins],
};
