import type { Context } from '../../../context.js';
import { renderUnlocked } from '../../../output/logins.js';
import { argument, defineCommand, asItIs } from '../../define.js';

export const unlockLogin = defineCommand({
  name: 'members logins unlock',
  description: 'Ends the lock of an email before its 15 minutes are over.',
  arguments: [argument('<email>', 'the email')],
  examples: ['costs members logins unlock b@example.com'],
  async run({ email }: { email: string }, context: Context) {
    const vault = await context.vault();
    const address = vault.logins.parseEmail(email);
    await vault.logins.unlock(await context.team(), address);
    return { email: address, unlocked: true as const };
  },
  document: asItIs<{ email: string; unlocked: true }>,
  render: renderUnlocked,
});
