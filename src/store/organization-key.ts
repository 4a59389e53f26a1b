import type { OrganizationKey } from '../domain/organization.js';
import { CostsError } from '../errors.js';
import { SQL, type Sql } from './sql.js';
import { providerName } from '../providers/registry.js';
import type { Statements } from './statements.js';

/** As `organizationRef`, of a table of projects. @param alias with its dot */
export function organizationRefOf(alias: string): Sql {
  return SQL.raw(`coalesce(${alias}ai_provider || ' ' || ${alias}ai_organization_id, '')`);
}

/** A condition on `organizations` and their keys. */
export function isOrganization({ provider, organizationId, teamId }: OrganizationKey): Sql {
  return SQL`provider = ${provider} AND organization_id = ${organizationId} AND team_id = ${teamId}`;
}

/**
 * A condition on what hangs on an organization and has no team of its own: it is this organization's, and the organization is
 * this team's.
 * @param alias of the table, with its dot
 */
export function ofOrganization(organization: OrganizationKey, alias = ''): Sql {
  const [provider, id] = ['ai_provider', 'ai_organization_id'].map((column) => SQL.raw(`${alias}${column}`));
  return SQL`${provider} = ${organization.provider} AND ${id} = ${organization.organizationId}
    AND EXISTS (SELECT FROM organizations WHERE ${isOrganization(organization)})`;
}

/**
 * Keeps an organization the team's until the transaction ends: what is written of it hangs on that.
 * @throws CostsError `conflict` when it is not, or no longer
 */
export async function holdOrganization(client: Statements, organization: OrganizationKey): Promise<void> {
  const own = await client.$queryRaw<
    unknown[]
  >`SELECT FROM organizations WHERE ${isOrganization(organization)} FOR KEY SHARE`;
  if (own.length > 0) return;
  const { provider, organizationId } = organization;
  throw new CostsError(
    'conflict',
    `${providerName(provider)} ${organizationId} is not an organization of this team any more; nothing was written.`,
    { hint: 'To see which are: costs keys list' },
  );
}
