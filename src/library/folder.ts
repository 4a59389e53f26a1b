import type { Organization } from '../domain/collection.js';
import type { FocusFiles, FocusRequest } from '../domain/focus-import.js';
import { USUAL_SCOPE } from '../domain/scope.js';
import type { Workplace } from './workplace.js';

/** What the folder of an organization has of its account. @throws CostsError as `focusFiles`, and when the row was changed outside costs */
export async function readFolder(
  work: Pick<Workplace, 'folder' | 'focusFiles'>,
  organization: Organization,
  asked: Omit<FocusRequest, 'paths' | 'provider' | 'account'>,
): Promise<FocusFiles> {
  const { provider, organizationId } = organization;
  return work.focusFiles({ ...asked, paths: [await work.folder(organization)], provider, account: organizationId });
}

/** How many complete deliveries the folder of an organization holds; none of their files is read. @throws CostsError as `readFolder` */
export async function listFolder(
  work: Pick<Workplace, 'folder' | 'focusFiles'>,
  organization: Organization,
): Promise<number> {
  let deliveries = 0;
  const isDue = () => {
    deliveries += 1;
    return false;
  };
  await readFolder(work, organization, { ...USUAL_SCOPE, isDue });
  return deliveries;
}
