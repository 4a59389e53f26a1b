import type { OrganizationKey } from '../domain/organization.js';
import { UNASSIGNED, unassignedName } from '../domain/provider.js';
import type { Statements } from './statements.js';

/** Where the project of what is without one is called after its organization, and nobody has called it otherwise. */
export async function renameUnassigned(
  sql: Statements,
  { provider, organizationId, teamId }: OrganizationKey,
  before: string,
  now: string,
): Promise<void> {
  await sql.$executeRaw`
    UPDATE projects SET name = ${unassignedName(now)}
    WHERE ai_provider = ${provider} AND ai_organization_id = ${organizationId} AND team_id = ${teamId}
      AND ai_project_id = ${UNASSIGNED} AND name = ${unassignedName(before)}`;
}
