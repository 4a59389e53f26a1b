import type { Context } from '../../context.js';
import { CostsError } from '../../errors.js';
import { plural } from '../../domain/words.js';
import { confirm, confirmOption } from '../confirm.js';
import { argument, asItIs, defineCommand } from '../define.js';

export const forgetPerson = defineCommand({
  name: 'people forget',
  description:
    'Removes the name and e-mail address of a person behind API keys, for good. The spend of the keys stays.',
  arguments: [argument('<email>', 'of the person')],
  options: [confirmOption()],
  examples: ['costs people forget a.person@example.com --yes'],
  async run({ email, yes }: { email: string; yes?: boolean }, context: Context) {
    if (email.trim() === '')
      throw new CostsError('usage', 'Which person? The email address is empty.', {
        hint: 'See whose they are: costs api-keys list',
      });
    const [{ apiKeys }, team] = [await context.store(), await context.team()];
    const count = await apiKeys.countOf(team.id, email);
    if (count === 0)
      throw new CostsError('usage', `There is no API key of ${email}.`, {
        hint: 'See whose they are: costs api-keys list',
      });
    await confirm(context.output, { yes, question: `Forget ${email}, who is behind ${plural(count, 'API key')}?` });
    return { apiKeys: await apiKeys.forget(team.id, email) };
  },
  document: asItIs<{ apiKeys: number }>,
  render: ({ apiKeys }) => `✔ The name and e-mail address are removed from ${plural(apiKeys, 'API key')}.`,
});
