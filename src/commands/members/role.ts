import type { Context } from '../../context.js';
import { ROLES, type Role } from '../../domain/access.js';
import { adviceFor, renderDeparture } from '../../output/members.js';
import { argument, defineCommand } from '../define.js';

export const setRole = defineCommand({
  name: 'members role',
  description: 'Changes what a member may do; nobody needs their password. A new viewer loses access to keys.',
  arguments: [argument('<email>', 'the member'), argument('<role>', 'what they may do from now on').choices(ROLES)],
  examples: ['costs members role b@example.com admin'],
  run,
  render: renderDeparture,
});

async function run({ email, role }: { email: string; role: Role }, context: Context) {
  const vault = await context.vault();
  const address = vault.logins.parseEmail(email);
  const departure = await vault.members.setRole(await context.team(), address, role);
  return { email: address, role, ...departure, advice: adviceFor(departure), done: `is ${role} now` };
}
