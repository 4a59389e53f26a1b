import type { Context } from '../../context.js';
import type { ProviderId } from '../../domain/provider.js';
import { cleanName } from '../../domain/text.js';
import { CostsError } from '../../errors.js';
import { requireOrganization } from '../../library/find.js';
import { renderOrganization } from '../../output/key-removal.js';
import { argument, defineCommand } from '../define.js';

interface RenameKeyOptions {
  organization: string;
  name: string;
}

interface KeyRename {
  provider: ProviderId;
  organizationId: string;
  name: string;
}

export const renameKey = defineCommand({
  name: 'keys rename',
  description: 'Gives an organization another name; its key, its rows and its id stay.',
  arguments: [argument('<organization>', 'the organization, by name or id'), argument('<name>', 'what to call it')],
  examples: ['costs keys rename org-1 "Acme EU"'],
  async run(options: RenameKeyOptions, context: Context) {
    const name = cleanName(options.name);
    if (name === '') throw new CostsError('usage', 'The new name is empty.', { hint: 'costs keys rename --help' });
    const [store, team] = await Promise.all([context.store(), context.team()]);
    const organization = requireOrganization(options.organization, await store.organizations.list(team.id));
    await (await context.vault()).keys.rename(organization, name);
    const { provider, organizationId, name: before } = organization;
    return { provider, organizationId, name, before };
  },
  document: ({ provider, organizationId, name }): KeyRename => ({ provider, organizationId, name }),
  render: ({ before, ...organization }, output) => renderOrganization(organization, `was "${before}"`, output),
});
