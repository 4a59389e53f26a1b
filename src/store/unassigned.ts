import type { OrganizationKey } from '../domain/organization.js';
import { UNASSIGNED, unassignedName } from '../domain/provider.js';
import type { Client } from './client.js';

/** Where the project of what is without one is called after its organization, and nobody has called it otherwise. */
export async function renameUnassigned(
  client: Client,
  { provider, organizationId, teamId }: OrganizationKey,
  before: string,
  now: string,
): Promise<void> {
  await client.project.updateMany({
    where: {
      teamId,
      aiProvider: provider,
      aiOrganizationId: organizationId,
      aiProjectId: UNASSIGNED,
      name: unassignedName(before),
    },
    data: { name: unassignedName(now) },
  });
}
