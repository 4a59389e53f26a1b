import type { Context } from '../../context.js';
import type { KeyRow } from '../../domain/access.js';
import { requireOrganization } from '../../library/find.js';

/** The registered key of an organization. @throws CostsError `usage` when none or several go by that word */
export async function findKey(context: Context, nameOrId: string): Promise<KeyRow> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  return requireOrganization(nameOrId, await (await store.access()).keys.list(team.id));
}
