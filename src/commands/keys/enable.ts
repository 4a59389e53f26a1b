import type { Context } from '../../context.js';
import { renderKeyChange, type KeyChange } from '../../output/keys.js';
import { argument, defineCommand, asItIs } from '../define.js';
import { findKey } from './find.js';
import { viewKey } from './view.js';

export const enableKey = defineCommand({
  name: 'keys enable',
  description: 'Lets an organization be collected again.',
  arguments: [argument('<organization>', 'the organization, by name or id')],
  examples: ['costs keys enable "Acme EU"'],
  run: ({ organization }: { organization: string }, context: Context) => setActive(organization, true, context),
  document: asItIs<KeyChange>,
  render: renderKeyChange,
});

export const disableKey = defineCommand({
  name: 'keys disable',
  description: 'Stops collecting an organization; its rows and coverage stay.',
  arguments: [argument('<organization>', 'the organization, by name or id')],
  examples: ['costs keys disable "Acme EU"'],
  run: ({ organization }: { organization: string }, context: Context) => setActive(organization, false, context),
  document: asItIs<KeyChange>,
  render: renderKeyChange,
});

async function setActive(nameOrId: string, active: boolean, context: Context) {
  const row = await findKey(context, nameOrId);
  await (await context.vault()).keys.setActive(row, active);
  return { key: { ...viewKey(row), active }, done: active ? 'enabled' : 'disabled' };
}
