import type { Context } from '../../context.js';
import { adviceFor, renderAccessChange, type AccessChangeResult } from '../../output/members.js';
import { confirm, confirmOption } from '../confirm.js';
import { argument, defineCommand, asItIs } from '../define.js';

export const revokeToken = defineCommand({
  name: 'tokens revoke',
  description: 'Ends a token: the data key is changed, all sessions end, and keys it could read are marked as exposed.',
  arguments: [argument('<token>', 'the token, by name or id')],
  options: [confirmOption()],
  examples: ['costs tokens revoke ci'],
  async run({ token, yes }: { token: string; yes?: boolean }, context: Context) {
    const [vault, team] = await Promise.all([context.vault(), context.team()]);
    const { id, name, role } = await vault.tokens.find(team, token);
    await confirm(context.output, { yes, question: `Revoke the token ${name} (${role})? Every session ends.` });
    const { row, ...change } = await vault.tokens.revoke(team, id);
    return { token: row.id, name: row.name, ...change, advice: adviceFor(change), done: 'is revoked' };
  },
  document: asItIs<Omit<AccessChangeResult, 'email'> & { token: string; name: string }>,
  render: ({ name, ...rest }, output) => renderAccessChange({ email: `The token ${name}`, ...rest }, output),
});
