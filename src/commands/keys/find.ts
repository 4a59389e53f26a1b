import type { Context } from '../../context.js';
import type { KeyRow } from '../../domain/access.js';
import { requireOrganization } from '../../library/find.js';
import { registeredKeys } from '../../library/organizations.js';

/** The registered key of an organization. @throws CostsError `usage` when none or several go by that word */
export async function findKey(context: Context, nameOrId: string): Promise<KeyRow> {
  return requireOrganization(nameOrId, await registeredKeys(context, (await context.team()).id));
}
