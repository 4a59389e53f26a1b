import type { Context } from '../../context.js';
import { ROLES, type Role } from '../../domain/access.js';
import { adviceFor, renderAccessChange, type AccessChangeResult } from '../../output/members.js';
import { argument, defineCommand, asItIs } from '../define.js';

export const setRole = defineCommand({
  name: 'members role',
  description:
    'Changes what a member may do; their password stays. A demotion changes the data key and ends all sessions.',
  arguments: [argument('<email>', 'the member'), argument('<role>', 'what they may do from now on').choices(ROLES)],
  examples: ['costs members role b@example.com admin'],
  async run({ email, role }: { email: string; role: Role }, context: Context) {
    const vault = await context.vault();
    const address = vault.logins.parseMember(email);
    const change = await vault.members.setRole(await context.team(), address, role);
    return { email: address, role, ...change, advice: adviceFor(change), done: `is ${role} now` };
  },
  document: asItIs<AccessChangeResult & { role: Role }>,
  render: renderAccessChange,
});
