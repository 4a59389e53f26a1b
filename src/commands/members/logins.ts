import type { CommandGroup } from '../define.js';
import { keepLogins } from './logins/keep.js';
import { listLogins } from './logins/list.js';
import { unlockLogin } from './logins/unlock.js';

export const command: CommandGroup = {
  name: 'logins',
  description: 'Login attempts and locks (admins only).',
  commands: [listLogins, unlockLogin, keepLogins],
};
