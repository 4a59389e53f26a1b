import { randomUUID } from 'node:crypto';
import { SQL, type Sql } from './sql.js';
import {
  holdsAlready,
  type LinkAllFilter,
  type Project,
  type ProviderProjectRef,
  type Relinked,
} from '../domain/project.js';
import { CostsError } from '../errors.js';
import { providerName } from '../providers/registry.js';
import { lockProjects, type LockedProject } from './project-locks.js';
import { endEmptied, moveBelongings, release } from './project-move.js';
import { toProject } from './project-rows.js';
import type { Transaction } from './transaction.js';
import { hasLegacyRows } from './spend/relation.js';
import { shell } from '../domain/shell.js';

/** See `ProjectStore.link`. */
export async function link(
  tx: Transaction,
  providerProject: ProviderProjectRef,
  { teamId, name, project }: { teamId: string; name: string; project: Project | null },
): Promise<Relinked> {
  const locked = await lockProjects(tx, SQL`(${isProviderProject(providerProject)}) OR id = ${project?.id ?? null}`);
  const source = locked.find((row) => isOf(row, providerProject)) ?? null;
  await refuseForeign(tx, teamId, providerProject, source);
  if (source !== null && source.id === project?.id) return done(await markLinked(tx, source.id, {}));
  refuseLinkedElsewhere(providerProject, source);
  if (project === null && source !== null) return done(await markLinked(tx, source.id, { name }));
  if (source !== null) refuseTied(source);

  const target =
    project === null
      ? (await tx.project.create({ data: { id: randomUUID(), teamId, name } })).id
      : chooseTarget(locked, teamId, project, providerProject).id;
  const move = source === null ? null : await moveBelongings(tx, source.id, target);
  if (source !== null) await endEmptied(tx, source, teamId);
  const linked = await markLinked(tx, target, {
    aiProvider: providerProject.provider,
    aiOrganizationId: providerProject.organizationId,
    aiProjectId: providerProject.providerProjectId,
    providerName: source?.providerName ?? null,
    archivedAt: source?.archivedAt ?? null,
  });
  return { project: linked, move };
}

function done(project: Project): Relinked {
  return { project, move: null };
}

function isProviderProject({ provider, organizationId, providerProjectId }: ProviderProjectRef): Sql {
  return SQL`ai_provider = ${provider} AND ai_organization_id = ${organizationId} AND ai_project_id = ${providerProjectId}`;
}

function isOf(row: LockedProject, { provider, organizationId, providerProjectId }: ProviderProjectRef): boolean {
  return (
    row.aiProvider === provider && row.aiOrganizationId === organizationId && row.aiProjectId === providerProjectId
  );
}

/** A provider project is linked by the team it is of: its project's, or its organization's before anything was collected. */
async function refuseForeign(
  tx: Transaction,
  teamId: string,
  { provider, organizationId, providerProjectId }: ProviderProjectRef,
  source: LockedProject | null,
): Promise<void> {
  const owner =
    source?.teamId ??
    (await tx.organization.findUnique({ where: { provider_organizationId: { provider, organizationId } } }))?.teamId;
  if (owner === undefined || owner === teamId) return;
  throw new CostsError('conflict', `This team has no ${providerName(provider)} project ${providerProjectId} to link.`, {
    hint: 'See which there are: costs projects list',
  });
}

function refuseLinkedElsewhere({ providerProjectId }: ProviderProjectRef, source: LockedProject | null): void {
  if (source === null || source.linkedAt === null) return;
  throw new CostsError('conflict', `${providerProjectId} is linked to "${source.name}" already.`, {
    hint: shell`costs projects unlink ${source.id}`,
  });
}

/** @throws CostsError `conflict` when the project is gone, or another provider project's already. */
function chooseTarget(
  locked: readonly LockedProject[],
  teamId: string,
  project: Project,
  { providerProjectId }: ProviderProjectRef,
): LockedProject {
  const row = locked.find(({ id }) => id === project.id);
  if (row?.teamId !== teamId) throw goneMeanwhile(project);
  const held = row.aiProjectId ?? row.openaiProjectId;
  if (held === null || (row.aiProjectId === null && held === providerProjectId)) return row;
  throw holdsAlready(row, held);
}

export function goneMeanwhile({ name }: Project): CostsError {
  return new CostsError('conflict', `"${name}" is not there any more.`, { hint: 'costs projects list' });
}

async function markLinked(
  tx: Transaction,
  id: string,
  data: Parameters<Transaction['project']['update']>[0]['data'],
): Promise<Project> {
  return toProject(await tx.project.update({ where: { id }, data: { ...data, linkedAt: await transactionTime(tx) } }));
}

async function transactionTime(tx: Transaction): Promise<Date> {
  const [row] = await tx.$queryRaw<[{ now: Date }]>`SELECT now() AS now`;
  return row.now;
}

/** See `ProjectStore.linkAll`. */
export async function linkAll(
  tx: Transaction,
  teamId: string,
  { provider, organizationId, ids }: LinkAllFilter,
): Promise<Project[]> {
  const rows = await lockProjects(
    tx,
    SQL.join(
      [
        SQL`team_id = ${teamId} AND linked_at IS NULL AND ai_project_id IS NOT NULL`,
        ...(provider === undefined ? [] : [SQL`ai_provider = ${provider}`]),
        ...(ids === undefined ? [] : [SQL`id = ANY(${[...ids]})`]),
        ...(organizationId === undefined ? [] : [SQL`ai_organization_id = ${organizationId}`]),
      ],
      ' AND ',
    ),
  );
  await tx.project.updateMany({
    where: { id: { in: rows.map(({ id }) => id) } },
    data: { linkedAt: await transactionTime(tx) },
  });
  const order = (a: LockedProject, b: LockedProject) =>
    a.name === b.name ? (a.id < b.id ? -1 : 1) : a.name < b.name ? -1 : 1;
  return rows.sort(order).map((row) => ({ ...toProject(row), linked: true }));
}

/** See `ProjectStore.unlink`. */
export async function unlink(tx: Transaction, teamId: string, project: Project): Promise<Relinked> {
  const [row] = await lockProjects(tx, SQL`id = ${project.id} AND team_id = ${teamId}`);
  if (row === undefined) throw goneMeanwhile(project);
  const { aiProvider, aiOrganizationId, aiProjectId, providerName, archivedAt } = row;
  if (aiProjectId === null || row.linkedAt === null)
    throw new CostsError('conflict', `"${row.name}" is not linked.`, { hint: 'costs projects list' });
  refuseTied(row);
  const name = providerName ?? aiProjectId;
  const owner = await teamOf(tx, row);
  if (row.name === name && row.teamId === owner && !(await hasLegacyRows(tx, row.id)))
    return done(
      toProject(await tx.project.update({ where: { id: row.id }, data: { linkedAt: null, providerName: name } })),
    );

  await release(tx, SQL`id = ${row.id}`);
  const providerProject = { aiProvider, aiOrganizationId, aiProjectId, providerName: name, archivedAt };
  const automatic = await tx.project.create({ data: { id: randomUUID(), teamId: owner, name, ...providerProject } });
  return { project: toProject(automatic), move: await moveBelongings(tx, row.id, automatic.id) };
}

/** @throws CostsError `conflict` when the old system says that the project is the provider's: the next sync would give it back. */
function refuseTied({ name, openaiProjectId }: LockedProject): void {
  if (openaiProjectId === null) return;
  throw new CostsError('conflict', `"${name}" is tied to ${openaiProjectId} by the old system, which reads it there.`, {
    hint: 'Clear projects.openai_project_id of that row once the old system is gone, then do it again.',
  });
}

/** A project that nobody linked is of the team that collects it. */
async function teamOf(tx: Transaction, { teamId, aiProvider, aiOrganizationId }: LockedProject): Promise<string> {
  const owner = await tx.organization.findFirst({
    where: { provider: aiProvider ?? '', organizationId: aiOrganizationId ?? '' },
  });
  return owner?.teamId ?? teamId;
}
