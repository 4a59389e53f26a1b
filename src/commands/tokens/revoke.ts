import type { Context } from '../../context.js';
import { adviceFor, renderAccessChange } from '../../output/members.js';
import { argument, defineCommand } from '../define.js';

export const revokeToken = defineCommand({
  name: 'tokens revoke',
  description: 'Ends a token: the data key is changed, all sessions end, and keys it could read are marked as exposed.',
  arguments: [argument('<token>', 'the token, by name or id')],
  examples: ['costs tokens revoke ci'],
  run,
  render: ({ name, ...rest }, output) => renderAccessChange({ email: `The token ${name}`, ...rest }, output),
});

async function run({ token }: { token: string }, context: Context) {
  const vault = await context.vault();
  const { row, ...change } = await vault.tokens.revoke(await context.team(), token);
  return { token: row.id, name: row.name, ...change, advice: adviceFor(change), done: 'is revoked' };
}
