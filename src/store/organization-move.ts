import type { OrganizationKey } from '../domain/organization.js';
import type { PurgeCounts } from '../domain/purge.js';
import { plural } from '../domain/words.js';
import { CostsError } from '../errors.js';
import { SQL } from './sql.js';
import type { Statements } from './statements.js';
import { isOrganization, ofOrganization } from './organization-key.js';
import { BY_ORGANIZATION, countPurge, lockWhole } from './purge.js';
import { renameUnassigned } from './unassigned.js';

/** See `OrganizationStore.move`. The client is that of a transaction. */
export async function moveOrganization(sql: Statements, from: OrganizationKey, id: string): Promise<PurgeCounts> {
  const to = { ...from, organizationId: id };
  // Seals say nothing of the organization, and figures of the past are kept by project: both stay true.
  await sql.$executeRaw`
    INSERT INTO organizations (provider, organization_id, team_id, name, source, link_policy, scope, export, registered_at)
    SELECT provider, ${id}, team_id, CASE name WHEN organization_id THEN ${id} ELSE name END, source, link_policy, scope, export, registered_at
    FROM organizations WHERE ${isOrganization(from)}
    ON CONFLICT (provider, organization_id) DO UPDATE SET link_policy = excluded.link_policy WHERE organizations.team_id = excluded.team_id`;
  for (const each of [from, to].sort((a, b) => (a.organizationId < b.organizationId ? -1 : 1)))
    await lockWhole(sql, each);
  await makeRoom(sql, to);
  const counts = await countPurge(sql, from);
  const isOurs = ofOrganization(from);
  for (const table of ['projects', ...BY_ORGANIZATION.map((each) => each.table)])
    await sql.$executeRaw`UPDATE ${SQL.raw(table)} SET ai_organization_id = ${id} WHERE ${isOurs}`;
  // Where it was called by its id.
  await renameUnassigned(sql, to, from.organizationId, id);
  await sql.$executeRaw`UPDATE budgets SET organization_id = ${id} WHERE ${isOrganization(from)}`;
  await sql.$executeRaw`
    DELETE FROM organization_api_keys WHERE ${isOrganization(from)}
    AND EXISTS (SELECT FROM organization_api_keys WHERE ${isOrganization(to)})`;
  await sql.$executeRaw`DELETE FROM organizations WHERE ${isOrganization(from)}`;
  return counts;
}

/** What was only looked up of the other organization goes; it comes again with what is moved, or with the next sync. */
async function makeRoom(sql: Statements, to: OrganizationKey): Promise<void> {
  const { days, usageDays, costs, usage, changes, projectsKept } = await countPurge(sql, to);
  // Bills that were adopted have no days.
  const own = days + usageDays > 0 ? plural(days + usageDays, 'day') : plural(costs + usage + changes, 'row');
  if (days + usageDays + costs + usage + changes > 0)
    throw new CostsError('conflict', `${to.organizationId} has ${own} of its own; nothing was changed.`, {
      hint: 'costs status',
    });
  if (projectsKept > 0)
    throw new CostsError(
      'conflict',
      `${to.organizationId} has ${plural(projectsKept, 'project')} of its own with links, tags or budgets; nothing was changed.`,
      { hint: 'Unlink them first: costs projects unlink --help' },
    );
  const isTheirs = ofOrganization(to);
  for (const table of ['projects', 'api_keys', 'organization_leases', 'seal_findings'])
    await sql.$executeRaw`DELETE FROM ${SQL.raw(table)} WHERE ${isTheirs}`;
}
