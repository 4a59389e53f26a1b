import type { Context } from '../../context.js';
import type { KeyRow } from '../../domain/access.js';
import { CostsError } from '../../errors.js';

/**
 * The registered key of an organization, by name, organization id or key id.
 * @throws CostsError `conflict` when none fits, or the name is not unique
 */
export async function findKey(context: Context, nameOrId: string): Promise<KeyRow> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const keys = await store.keys.list(team.id);
  const byId = keys.filter(({ keyId, organizationId }) => keyId === nameOrId || organizationId === nameOrId);
  const [key, another] = byId.length > 0 ? byId : keys.filter(({ name }) => name === nameOrId);
  if (key === undefined) {
    throw new CostsError('conflict', `No organization "${nameOrId}" is registered in ${team.name}.`, {
      hint: 'costs keys list',
    });
  }
  if (another === undefined) return key;
  const ids = keys.filter(({ name }) => name === nameOrId).map(({ organizationId }) => organizationId);
  throw new CostsError('conflict', `Several organizations are called "${nameOrId}": ${ids.join(', ')}.`, {
    hint: 'Use the id.',
  });
}
