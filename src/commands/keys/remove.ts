import type { Context } from '../../context.js';
import { describePurge, renderKeyRemoval, type KeyRemoval } from '../../output/key-removal.js';
import { confirm, confirmOption } from '../confirm.js';
import { argument, defineCommand, option, asItIs } from '../define.js';
import { plural } from '../../domain/words.js';
import { requireOrganization } from '../../library/find.js';
import { registeredKeys } from '../../library/organizations.js';
import { findKey } from './find.js';
import { viewKey } from './view.js';

export interface RemoveKeyOptions {
  organization: string;
  purge?: boolean;
  yes?: boolean;
}

export const removeKey = defineCommand({
  name: 'keys remove',
  description: 'Forgets the key of an organization; its projects, rows and coverage stay, unless they are purged.',
  arguments: [argument('<organization>', 'the organization, by name or id')],
  options: [
    option('--purge', 'remove all that was collected of it as well, so that any team may register it again'),
    confirmOption(),
  ],
  examples: ['costs keys remove "Acme EU"', 'costs keys remove org-wrong --purge'],
  run: (options: RemoveKeyOptions, context: Context) => (options.purge === true ? purge : remove)(options, context),
  document: asItIs<KeyRemoval>,
  render: renderKeyRemoval,
});

async function remove({ organization, yes }: RemoveKeyOptions, context: Context): Promise<KeyRemoval> {
  const row = await findKey(context, organization);
  await confirm(context.output, { yes, question: `Forget the key of ${row.name}? Its figures stay.` });
  const { keys } = await context.vault();
  const others = (await keys.sharing(row)).length - 1;
  await keys.remove(row);
  const { provider, organizationId, name } = row;
  const done = `removed; its figures stay. ${afterwards(others)}`;
  return { provider, organizationId, name, key: { ...viewKey(row), active: false }, purged: null, done };
}

/** @param others organizations that share the key */
function afterwards(others: number): string {
  return others === 0
    ? 'Revoke the key at the provider'
    : `${plural(others, 'other organization')} still share the key`;
}

async function purge({ organization: word, yes }: RemoveKeyOptions, context: Context): Promise<KeyRemoval> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const organization = requireOrganization(word, await store.organizations.list(team.id));
  const { provider, organizationId, name } = organization;
  const row = (await registeredKeys(context, team.id)).find(
    (each) => each.provider === provider && each.organizationId === organizationId,
  );
  const holdings = describePurge(await store.organizations.holdings(organization));
  await confirm(context.output, { yes, question: `Remove ${name} with all that was collected of it (${holdings})?` });
  const { keys } = await context.vault();
  const others = row === undefined ? 0 : (await keys.sharing(row)).length - 1;
  const purged = await keys.purge(organization);
  const done = `removed, with ${describePurge(purged)}`;
  return {
    provider,
    organizationId,
    name,
    key: row === undefined ? null : { ...viewKey(row), active: false },
    purged,
    done: row === undefined ? done : `${done}. ${afterwards(others)}`,
  };
}
