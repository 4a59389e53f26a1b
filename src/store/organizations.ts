import { Prisma } from '../generated/prisma/client.js';
import type { OrganizationTerms } from '../domain/collection.js';
import type { OrganizationKey, OrganizationStore, RegisteredOrganization } from '../domain/organization.js';
import { formatScope, parseScope } from '../domain/scope.js';
import { cleanText } from '../domain/text.js';
import { CostsError } from '../errors.js';
import type { Client } from './client.js';
import { moveOrganization } from './organization-move.js';
import { isOrganization } from './organization-key.js';
import { changedMeanwhile, countPurge, purge } from './purge.js';
import { renameUnassigned } from './unassigned.js';

export function createOrganizations(client: Client): OrganizationStore {
  return {
    list: (teamId) => read(client, Prisma.sql`o.team_id = ${teamId}`),
    async find(provider, organizationId) {
      const rows = await read(client, Prisma.sql`o.provider = ${provider} AND o.organization_id = ${organizationId}`);
      return rows[0] ?? null;
    },
    async setLinkPolicy(teamId, provider, organizationId, linkPolicy) {
      await client.organization.updateMany({ where: { teamId, provider, organizationId }, data: { linkPolicy } });
    },
    async addFiles({ provider, organizationId, teamId, name }) {
      const key = { provider, organizationId };
      const known = await client.organization.findUnique({ where: { provider_organizationId: key } });
      // A role that collects registers nothing, and may fill what is registered.
      const [own] = known
        ? [known]
        : await client.$queryRaw<{ teamId: string; source: string; name: string }[]>`
        INSERT INTO organizations AS o (provider, organization_id, team_id, name, source)
        VALUES (${provider}, ${organizationId}, ${teamId}, ${name}, 'files')
        ON CONFLICT (provider, organization_id) DO UPDATE SET name = o.name
        RETURNING o.team_id AS "teamId", o.source, o.name`;
      const isOurs =
        own?.teamId === teamId && (own.source === 'files' || (await takesFiles(client, { ...key, teamId })));
      if (isOurs) return cleanText(own.name);
      throw new CostsError('conflict', `${provider} organization ${organizationId} is registered already, elsewhere.`, {
        hint: 'One organization is collected once. Those of your team: costs status',
      });
    },
    async setScope({ provider, organizationId, teamId }, scope) {
      const data = { scope: formatScope(scope) };
      await client.organization.updateMany({ where: { teamId, provider, organizationId }, data });
    },
    async rename({ provider, organizationId, teamId }, name) {
      const where = { teamId, provider, organizationId };
      const [before] = await client.$queryRaw<{ name: string }[]>`
        SELECT name FROM organizations WHERE ${isOrganization(where)} FOR NO KEY UPDATE`;
      if (before === undefined) throw changedMeanwhile();
      await client.organization.updateMany({ where, data: { name } });
      await renameUnassigned(client, where, before.name, name);
      await client.organizationApiKey.updateMany({ where, data: { name } });
    },
    holdings: (organization) => countPurge(client, organization),
    purge: (organization) => purge(client, organization),
    move: (organization, to) => moveOrganization(client, organization, to),
  };
}

/** An organization that adopting found, without a key, is read from files from now on. */
async function takesFiles(client: Client, organization: OrganizationKey): Promise<boolean> {
  const changed = await client.$executeRaw`
    UPDATE organizations o SET source = 'files'
    WHERE ${isOrganization(organization)} AND source = 'key'
      AND NOT EXISTS (
        SELECT FROM organization_api_keys k WHERE k.provider = o.provider AND k.organization_id = o.organization_id)`;
  return changed > 0;
}

/** See `CollectionStore.termsOf`. */
export async function readTerms(client: Client, organization: OrganizationKey): Promise<OrganizationTerms> {
  const [row] = await client.$queryRaw<{ scope: string | null; export: string | null }[]>`
    SELECT scope, export FROM organizations WHERE ${isOrganization(organization)}`;
  return { scope: parseScope(row?.scope ?? null), export: row?.export ?? null };
}

async function read(client: Client, where: Prisma.Sql): Promise<RegisteredOrganization[]> {
  const rows = await client.$queryRaw<RegisteredOrganization[]>`
    SELECT o.provider, o.organization_id AS "organizationId", o.team_id AS "teamId", o.name, k.id IS NOT NULL AS "hasKey",
           coalesce(k.is_active, false) AS "isActive", k.expires_at AS "expiresAt", o.export, o.source AS "billSource"
    FROM organizations o LEFT JOIN organization_api_keys k
      ON k.provider = o.provider AND k.organization_id = o.organization_id AND k.team_id = o.team_id
    WHERE ${where} ORDER BY o.provider, o.name, o.organization_id`;
  // Whoever writes to the table may have written one that costs would not take.
  return rows.map((row) => ({ ...row, name: cleanText(row.name) }));
}
