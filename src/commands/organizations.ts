import type { Context } from '../context.js';
import type { Organization } from '../domain/collection.js';
import { CostsError } from '../errors.js';
import type { SelectionOptions } from './options.js';

/**
 * The team's active organizations that --provider and --organization leave.
 * @throws CostsError `conflict` when none is registered, or none fits.
 */
export async function selectOrganizations(
  context: Context,
  { provider, organization }: SelectionOptions,
): Promise<Organization[]> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const registered = await store.keys.list(team.id);
  if (registered.length === 0) {
    throw new CostsError('conflict', 'No organization is registered.', {
      hint: 'Add the admin key of one: costs keys add',
    });
  }
  const chosen = registered.filter(
    (each) =>
      each.isActive &&
      (provider === undefined || each.provider === provider) &&
      (organization === undefined || each.organizationId === organization || each.name === organization),
  );
  if (chosen.length > 0) return chosen;
  throw new CostsError('conflict', 'No active organization fits.', {
    hint: 'See which are registered: costs keys list',
  });
}
