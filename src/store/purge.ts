import type { OrganizationKey } from '../domain/organization.js';
import type { PurgeCounts } from '../domain/purge.js';
import { CostsError } from '../errors.js';
import { SQL, type Sql } from './sql.js';
import type { Statements } from './statements.js';
import { BELONGINGS, release } from './project-move.js';
import { plural } from '../domain/words.js';
import { isOrganization, ofOrganization } from './organization-key.js';

/** What hangs on the organization itself, in the order in which writers take it. */
export const BY_ORGANIZATION = [
  { table: 'collected_days', counted: 'days' },
  { table: 'collected_usage', counted: 'usageDays' },
  { table: 'seal_findings', counted: null },
  { table: 'api_keys', counted: null },
  { table: 'organization_leases', counted: null },
] as const;

/** See `OrganizationStore.holdings`. */
export async function countPurge(sql: Statements, organization: OrganizationKey): Promise<PurgeCounts> {
  await refuseOthers(sql, organization);
  return work(sql, organization, (table, where) => SQL`SELECT 1 FROM ${SQL.raw(table)} s WHERE ${where}`);
}

/** See `OrganizationStore.purge`. The client is that of a transaction. */
export async function purge(sql: Statements, organization: OrganizationKey): Promise<PurgeCounts> {
  const { provider, organizationId } = organization;
  await lockWhole(sql, organization);
  const counts = await work(
    sql,
    organization,
    (table, where) => SQL`DELETE FROM ${SQL.raw(table)} s WHERE ${where} RETURNING 1`,
  );
  await release(sql, SQL`ai_provider = ${provider} AND ai_organization_id = ${organizationId}`);
  await sql.$executeRaw`DELETE FROM organization_api_keys WHERE ${isOrganization(organization)}`;
  await sql.$executeRaw`DELETE FROM organizations WHERE ${isOrganization(organization)}`;
  return counts;
}

/** Keeps everybody away from an organization of the team, its days and its projects, until the transaction ends. @throws CostsError `conflict` */
export async function lockWhole(sql: Statements, organization: OrganizationKey): Promise<void> {
  const { provider, organizationId } = organization;
  // A writer that begins a new day, or takes a lease, waits for the end of this: it refers to this row.
  const own = await sql.$queryRaw<unknown[]>`
    SELECT 1 FROM organizations WHERE ${isOrganization(organization)} FOR UPDATE`;
  if (own.length === 0) throw changedMeanwhile();
  const leases = await sql.$queryRaw<unknown[]>`
    SELECT 1 FROM organization_leases
    WHERE ${ofOrganization(organization)} AND expires_at > clock_timestamp() FOR UPDATE`;
  if (leases.length > 0)
    throw new CostsError('conflict', 'The organization is being collected at this moment; nothing was changed.', {
      hint: 'costs runs list',
    });
  await sql.$queryRaw`
    SELECT 1 FROM collected_days WHERE ${ofOrganization(organization)} ORDER BY api_version, day FOR UPDATE`;
  await sql.$queryRaw`
    SELECT 1 FROM projects WHERE ai_provider = ${provider} AND ai_organization_id = ${organizationId} ORDER BY id FOR UPDATE`;
  await refuseOthers(sql, organization);
}

/** Counts and does in the same words. @param statement of a table, and which of its rows `s` it is about; a row each */
async function work(
  sql: Statements,
  { provider, organizationId, teamId }: OrganizationKey,
  statement: (table: string, where: Sql) => Sql,
): Promise<PurgeCounts> {
  const counts: PurgeCounts = { projects: 0, projectsKept: 0, costs: 0, usage: 0, changes: 0, days: 0, usageDays: 0 };
  const run = async (table: string, where: Sql) => {
    const [row] = await sql.$queryRaw<[{ count: number }]>`
      WITH touched AS (${statement(table, where)}) SELECT count(*)::int AS count FROM touched`;
    return row.count;
  };
  const ours = SQL`ai_provider = ${provider} AND ai_organization_id = ${organizationId} AND team_id = ${teamId}`;
  const [all] = await sql.$queryRaw<[{ count: number }]>`SELECT count(*)::int AS count FROM projects WHERE ${ours}`;
  for (const { table, counted, only = 'true', collected = false } of BELONGINGS)
    if (collected) {
      const where = SQL`${SQL.raw(only)} AND s.project_id IN (SELECT id FROM projects WHERE ${ours})`;
      const count = await run(table, where);
      if (counted !== null) counts[counted as 'costs' | 'usage' | 'changes'] += count;
    }
  for (const { table, counted } of BY_ORGANIZATION) {
    const count = await run(table, SQL`s.ai_provider = ${provider} AND s.ai_organization_id = ${organizationId}`);
    if (counted !== null) counts[counted] += count;
  }
  // A project that a person, or the old system, has named or said something about stays.
  const kept = BELONGINGS.map(({ table, only = 'true', collected = false }) =>
    collected
      ? SQL`AND NOT EXISTS (SELECT FROM ${SQL.raw(table)} s WHERE s.project_id = p.id AND NOT (${SQL.raw(only)}))`
      : SQL`AND NOT EXISTS (SELECT FROM ${SQL.raw(table)} s WHERE s.project_id = p.id)`,
  );
  counts.projects = await run(
    'projects',
    SQL`s.id IN (
      SELECT p.id FROM projects p WHERE ${ours} AND p.linked_at IS NULL AND p.openai_project_id IS NULL AND p.name = p.provider_name ${SQL.join(kept, ' ')})`,
  );
  counts.projectsKept = all.count - counts.projects;
  return counts;
}

/** Rows of a project of another team are not this team's to remove. */
async function refuseOthers(sql: Statements, { provider, organizationId, teamId }: OrganizationKey): Promise<void> {
  const [{ count }] = await sql.$queryRaw<[{ count: number }]>`
    SELECT count(*)::int AS count FROM projects
    WHERE ai_provider = ${provider} AND ai_organization_id = ${organizationId} AND team_id <> ${teamId}`;
  if (count === 0) return;
  const those = plural(count, 'project of another team holds', 'projects of other teams hold');
  throw new CostsError('conflict', `${those} what was collected of this organization; nothing was changed.`, {
    hint: 'That team unlinks it first: costs projects unlink --help',
  });
}

export function changedMeanwhile(): CostsError {
  return new CostsError('conflict', 'The organization is not of this team any more; nothing was changed.', {
    hint: 'costs keys list',
  });
}
