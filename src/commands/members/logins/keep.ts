import type { Context } from '../../../context.js';
import { CostsError } from '../../../errors.js';
import { confirm, confirmOption } from '../../confirm.js';
import { argument, defineCommand, asItIs } from '../../define.js';
import { plural } from '../../../domain/words.js';

export const keepLogins = defineCommand({
  name: 'members logins keep',
  description: 'Sets how long login attempts are kept; older ones are pruned now and at each login.',
  arguments: [argument('<days>', 'how many days attempts are kept (365 unless said)')],
  options: [confirmOption()],
  examples: ['costs members logins keep 90'],
  async run({ days: text, yes }: { days: string; yes?: boolean }, context: Context) {
    const days = Number(text);
    if (!/^\d{1,5}$/.test(text) || days < 1)
      throw new CostsError('usage', 'The days must be a whole number, 1 or more.', {
        hint: 'costs members logins keep --help',
      });
    const [vault, team] = await Promise.all([context.vault(), context.team()]);
    const question = `Remove the team's login attempts that are older than ${plural(days, 'day')}, for good?`;
    await confirm(context.output, { yes, question });
    await vault.logins.keepFor(team, days);
    return { days };
  },
  document: asItIs<{ days: number }>,
  render: ({ days }) => `Login attempts are kept for ${plural(days, 'day')}.`,
});
