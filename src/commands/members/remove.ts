import type { Context } from '../../context.js';
import { adviceFor, renderAccessChange, type AccessChangeResult } from '../../output/members.js';
import { confirm, confirmOption } from '../confirm.js';
import { argument, defineCommand, asItIs } from '../define.js';

export interface RemoveMemberOptions {
  email: string;
  yes?: boolean;
}

export const removeMember = defineCommand({
  name: 'members remove',
  description:
    'Removes a member: the data key is changed, all sessions end, and keys they could read are marked as exposed.',
  arguments: [argument('<email>', 'the member')],
  options: [confirmOption()],
  examples: ['costs members remove b@example.com'],
  async run({ email, yes }: RemoveMemberOptions, context: Context) {
    const vault = await context.vault();
    const address = vault.logins.parseMember(email);
    const team = await context.team();
    const leaving = await vault.members.leaving(team, address);
    await confirm(context.output, { yes, question: `Remove ${leaving.email} (${leaving.role})? Every session ends.` });
    const change = await vault.members.remove(team, leaving.id);
    return { email: leaving.email, role: null, ...change, advice: adviceFor(change), done: 'is no longer a member' };
  },
  document: asItIs<AccessChangeResult & { role: null }>,
  render: renderAccessChange,
});
