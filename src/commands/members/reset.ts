import type { Context } from '../../context.js';
import { renderReset, type ResetResult } from '../../output/members.js';
import { argument, defineCommand, asItIs } from '../define.js';

export const resetMember = defineCommand({
  name: 'members reset',
  description: 'Ends the password of a member and shows a one-time code with which they set a new one.',
  arguments: [argument('<email>', 'the member')],
  examples: ['costs members reset b@example.com'],
  async run({ email }: { email: string }, context: Context) {
    const vault = await context.vault();
    const address = vault.logins.parseMember(email);
    const { code, expiresAt } = await vault.members.reset(await context.team(), address);
    return { email: address, code: code.reveal(), expiresAt: expiresAt.toISOString() };
  },
  document: asItIs<ResetResult>,
  render: renderReset,
});
