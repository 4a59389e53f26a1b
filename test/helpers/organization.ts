import type { OrganizationKey } from '../../src/domain/organization.js';
import type { PrismaClient } from '../../src/generated/prisma/client.js';

/** An organization that a team registered once and that has no key any more: what is read may hang on it. */
export async function registerOrganization(
  prisma: PrismaClient,
  provider: string,
  organizationId: string,
  { teamId = 'team-1', name = organizationId }: { teamId?: string; name?: string } = {},
): Promise<void> {
  await prisma.organization.create({ data: { provider, organizationId, teamId, name } });
}

/** What says of which organization a question is, and whose. */
export function organizationOf(provider: string, organizationId: string, teamId = 'team-1'): OrganizationKey {
  return { provider, organizationId, teamId };
}
