import { SQL, type Sql } from './sql.js';
import type { OrganizationTerms } from '../domain/collection.js';
import type { OrganizationKey, OrganizationStore, RegisteredOrganization } from '../domain/organization.js';
import { formatScope, parseScope } from '../domain/scope.js';
import { cleanText } from '../domain/text.js';
import { CostsError } from '../errors.js';
import { moveOrganization } from './organization-move.js';
import { isOrganization } from './organization-key.js';
import { changedMeanwhile, countPurge, purge } from './purge.js';
import type { Statements } from './statements.js';
import { renameUnassigned } from './unassigned.js';

export function createOrganizations(sql: Statements): OrganizationStore {
  return {
    list: (teamId) => read(sql, SQL`o.team_id = ${teamId}`),
    async find(provider, organizationId) {
      const rows = await read(sql, SQL`o.provider = ${provider} AND o.organization_id = ${organizationId}`);
      return rows[0] ?? null;
    },
    async setLinkPolicy(teamId, provider, organizationId, linkPolicy) {
      await sql.$executeRaw`
        UPDATE organizations SET link_policy = ${linkPolicy} WHERE ${isOrganization({ provider, organizationId, teamId })}`;
    },
    async addFiles({ provider, organizationId, teamId, name }) {
      const key = { provider, organizationId };
      const [known] = await sql.$queryRaw<Owned[]>`
        SELECT team_id AS "teamId", source, name FROM organizations WHERE provider = ${provider} AND organization_id = ${organizationId}`;
      // A role that collects registers nothing, and may fill what is registered.
      const [own] = known
        ? [known]
        : await sql.$queryRaw<Owned[]>`
        INSERT INTO organizations AS o (provider, organization_id, team_id, name, source)
        VALUES (${provider}, ${organizationId}, ${teamId}, ${name}, 'files')
        ON CONFLICT (provider, organization_id) DO UPDATE SET name = o.name
        RETURNING o.team_id AS "teamId", o.source, o.name`;
      const isOurs = own?.teamId === teamId && (own.source === 'files' || (await takesFiles(sql, { ...key, teamId })));
      if (isOurs) return cleanText(own.name);
      throw new CostsError('conflict', `${provider} organization ${organizationId} is registered already, elsewhere.`, {
        hint: 'One organization is collected once. Those of your team: costs status',
      });
    },
    async setScope({ provider, organizationId, teamId }, scope) {
      await sql.$executeRaw`
        UPDATE organizations SET scope = ${formatScope(scope)} WHERE ${isOrganization({ provider, organizationId, teamId })}`;
    },
    async rename({ provider, organizationId, teamId }, name) {
      const where = { teamId, provider, organizationId };
      const [before] = await sql.$queryRaw<{ name: string }[]>`
        SELECT name FROM organizations WHERE ${isOrganization(where)} FOR NO KEY UPDATE`;
      if (before === undefined) throw changedMeanwhile();
      await sql.$executeRaw`UPDATE organizations SET name = ${name} WHERE ${isOrganization(where)}`;
      await renameUnassigned(sql, where, before.name, name);
      await sql.$executeRaw`UPDATE organization_api_keys SET name = ${name} WHERE ${isOrganization(where)}`;
    },
    holdings: (organization) => countPurge(sql, organization),
    purge: (organization) => purge(sql, organization),
    move: (organization, to) => moveOrganization(sql, organization, to),
  };
}

/** Whose an organization is that is registered, and where its bills come from. */
interface Owned {
  teamId: string;
  source: string;
  name: string;
}

/** An organization that adopting found, without a key, is read from files from now on. */
async function takesFiles(sql: Statements, organization: OrganizationKey): Promise<boolean> {
  const changed = await sql.$executeRaw`
    UPDATE organizations o SET source = 'files'
    WHERE ${isOrganization(organization)} AND source = 'key'
      AND NOT EXISTS (
        SELECT FROM organization_api_keys k WHERE k.provider = o.provider AND k.organization_id = o.organization_id)`;
  return changed > 0;
}

/** See `CollectionStore.termsOf`. */
export async function readTerms(sql: Statements, organization: OrganizationKey): Promise<OrganizationTerms> {
  const [row] = await sql.$queryRaw<{ scope: string | null; export: string | null }[]>`
    SELECT scope, export FROM organizations WHERE ${isOrganization(organization)}`;
  return { scope: parseScope(row?.scope ?? null), export: row?.export ?? null };
}

async function read(sql: Statements, where: Sql): Promise<RegisteredOrganization[]> {
  const rows = await sql.$queryRaw<RegisteredOrganization[]>`
    SELECT o.provider, o.organization_id AS "organizationId", o.team_id AS "teamId", o.name, k.id IS NOT NULL AS "hasKey",
           coalesce(k.is_active, false) AS "isActive", k.expires_at AS "expiresAt", o.export, o.source AS "billSource"
    FROM organizations o LEFT JOIN organization_api_keys k
      ON k.provider = o.provider AND k.organization_id = o.organization_id AND k.team_id = o.team_id
    WHERE ${where} ORDER BY o.provider, o.name, o.organization_id`;
  // Whoever writes to the table may have written one that costs would not take.
  return rows.map((row) => ({ ...row, name: cleanText(row.name) }));
}
