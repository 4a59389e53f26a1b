import type { Context } from '../../context.js';
import { confirm, confirmOption } from '../confirm.js';
import { argument, asItIs, defineCommand } from '../define.js';

export const keepPeople = defineCommand({
  name: 'config people',
  description:
    'Says whether names and e-mail addresses of the people behind API keys are kept; off at first. Switched off, those that were kept go.',
  arguments: [argument('[state]', 'on or off').choices(['on', 'off'])],
  options: [confirmOption()],
  examples: ['costs config people', 'costs config people on'],
  async run({ state, yes }: { state?: 'on' | 'off'; yes?: boolean }, context: Context) {
    const [{ apiKeys }, team] = [await context.store(), await context.team()];
    if (state === 'off' && (await apiKeys.keepsPeople(team.id))) {
      const question = 'Remove the names and e-mail addresses of the people behind API keys, for good?';
      await confirm(context.output, { yes, question });
    }
    if (state !== undefined) await apiKeys.keepPeople(team.id, state === 'on');
    return { people: (await apiKeys.keepsPeople(team.id)) ? ('on' as const) : ('off' as const) };
  },
  document: asItIs<{ people: 'on' | 'off' }>,
  render: ({ people }) =>
    people === 'on'
      ? 'Names and e-mail addresses of the people behind API keys are kept from the next costs sync on.'
      : 'Of the people behind API keys only ids are kept.',
});
