import type { Context } from '../../context.js';
import { toKeyView } from '../../domain/key-view.js';
import { describePurge, renderKeyRemoval, type KeyRemoval } from '../../output/key-removal.js';
import { confirm, confirmOption } from '../confirm.js';
import { argument, defineCommand, option, asItIs } from '../define.js';
import { requireOrganization } from '../../library/find.js';
import { findKey } from './find.js';

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
  await (await context.vault()).keys.remove(row);
  const { provider, organizationId, name } = row;
  const done = 'removed; its figures stay. Revoke the key at the provider';
  return { provider, organizationId, name, key: { ...toKeyView(row), active: false }, purged: null, done };
}

async function purge({ organization: word, yes }: RemoveKeyOptions, context: Context): Promise<KeyRemoval> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const organization = requireOrganization(word, await store.organizations.list(team.id));
  const { provider, organizationId, name } = organization;
  const row = (await store.keys.list(team.id)).find(
    (each) => each.provider === provider && each.organizationId === organizationId,
  );
  const holdings = describePurge(await store.organizations.holdings(organization));
  await confirm(context.output, { yes, question: `Remove ${name} with all that was collected of it (${holdings})?` });
  const purged = await (await context.vault()).keys.purge(organization);
  const done = `removed, with ${describePurge(purged)}`;
  return {
    provider,
    organizationId,
    name,
    key: row === undefined ? null : { ...toKeyView(row), active: false },
    purged,
    done: row === undefined ? done : `${done}. Revoke the key at the provider`,
  };
}
