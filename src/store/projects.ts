import { randomUUID } from 'node:crypto';
import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import type { Project, ProjectStore, ProjectTriple } from '../domain/project.js';
import type { ProviderId } from '../domain/provider.js';
import { legacyProvider } from '../providers/registry.js';
import { CostsError } from '../errors.js';
import { absorbProject, moveCollectedRows } from './collection/resolve-projects.js';
import { keepDiscovered } from './discovered-projects.js';
import { transaction, type Transaction } from './transaction.js';

type Row = Prisma.ProjectGetPayload<object>;

export function createProjectStore(prisma: PrismaClient): ProjectStore {
  return {
    async list(teamId, { unlinked = false } = {}) {
      const where = unlinked ? { teamId, linkedAt: null, aiProjectId: { not: null } } : { teamId };
      const rows = await prisma.project.findMany({ where, orderBy: [{ name: 'asc' }, { id: 'asc' }] });
      return rows.map(toProject);
    },
    async find(teamId, nameOrId) {
      const project = await lookUp(prisma, teamId, nameOrId);
      if (project !== null) return project;
      throw new CostsError('conflict', `There is no project "${nameOrId}".`, { hint: 'costs projects list' });
    },
    lookUp: (teamId, nameOrId) => lookUp(prisma, teamId, nameOrId),
    discovered: (origin) => transaction(prisma, (tx) => keepDiscovered(tx, origin)),
    async byTriple(triple) {
      const row = await prisma.project.findFirst({ where: whereTriple(triple) });
      return row === null ? null : toProject(row);
    },
    async byProviderProject(provider, providerProjectId) {
      const rows = await prisma.project.findMany({ where: { aiProvider: provider, aiProjectId: providerProjectId } });
      return rows.map(toProject);
    },
    link: (triple, target) => transaction(prisma, (tx) => link(tx, triple, target)),
    linkAll: (teamId, filter) => transaction(prisma, (tx) => linkAll(tx, teamId, filter)),
    unlink: (project) => transaction(prisma, (tx) => unlink(tx, project)),
    countLegacy: () => prisma.project.count({ where: { openaiProjectId: { not: null }, aiProjectId: null } }),
    async rename(project, name) {
      return toProject(await prisma.project.update({ where: { id: project.id }, data: { name } }));
    },
  };
}

function toProject(row: Row): Project {
  const legacy = row.aiProjectId === null && row.openaiProjectId !== null;
  return {
    id: row.id,
    name: row.name,
    provider: legacy ? legacyProvider().id : row.aiProvider,
    organizationId: row.aiOrganizationId,
    providerProjectId: row.aiProjectId ?? row.openaiProjectId,
    providerName: row.providerName,
    linked: legacy || row.linkedAt !== null,
    archived: row.archivedAt !== null,
  };
}

function whereTriple({ provider, organizationId, providerProjectId }: ProjectTriple): Prisma.ProjectWhereInput {
  return { aiProvider: provider, aiOrganizationId: organizationId, aiProjectId: providerProjectId };
}

async function lookUp(prisma: PrismaClient, teamId: string, nameOrId: string): Promise<Project | null> {
  const rows = await prisma.project.findMany({
    where: { teamId, OR: [{ id: nameOrId }, { name: nameOrId }] },
    orderBy: { id: 'asc' },
  });
  const exact = rows.find(({ id }) => id === nameOrId);
  if (exact !== undefined) return toProject(exact);
  if (rows.length > 1) {
    const ids = rows.map(
      ({ id, aiProvider, aiProjectId }) => `${id} (${aiProvider ?? 'nothing collected'} ${aiProjectId ?? ''})`,
    );
    throw new CostsError('conflict', `${rows.length} projects are called "${nameOrId}".`, {
      hint: `Say which by its id: ${ids.join(', ')}`,
    });
  }
  return rows[0] === undefined ? null : toProject(rows[0]);
}

async function link(
  tx: Transaction,
  triple: ProjectTriple,
  { teamId, name, project }: { teamId: string; name: string; project: Project | null },
): Promise<Project> {
  const source = await tx.project.findFirst({ where: whereTriple(triple) });
  if (source !== null && source.id === project?.id) return markLinked(tx, source.id, {});
  refuseLinkedElsewhere(triple, source);
  if (project === null && source !== null) return markLinked(tx, source.id, { name, teamId });

  const target =
    project === null
      ? await tx.project.create({ data: { id: randomUUID(), teamId, name } })
      : await lockTarget(tx, project, triple);
  if (source !== null) await absorbProject(tx, source.id, target.id);
  return markLinked(tx, target.id, {
    aiProvider: triple.provider,
    aiOrganizationId: triple.organizationId,
    aiProjectId: triple.providerProjectId,
    providerName: source?.providerName ?? null,
    archivedAt: source?.archivedAt ?? null,
  });
}

function refuseLinkedElsewhere({ providerProjectId }: ProjectTriple, source: Row | null): void {
  if (source === null || source.linkedAt === null) return;
  throw new CostsError('conflict', `${providerProjectId} is linked to "${source.name}" already.`, {
    hint: `costs projects unlink ${source.id}`,
  });
}

/** @throws CostsError `conflict` when the project is another provider project's already. */
async function lockTarget(
  tx: Transaction,
  project: Project,
  { providerProjectId }: ProjectTriple,
): Promise<{ id: string }> {
  await tx.$queryRaw`SELECT id FROM projects WHERE id = ${project.id} FOR UPDATE`;
  const row = await tx.project.findUniqueOrThrow({ where: { id: project.id } });
  const held = row.aiProjectId ?? row.openaiProjectId;
  if (held === null || (row.aiProjectId === null && held === providerProjectId)) return row;
  throw new CostsError('conflict', `"${row.name}" already holds ${held}; a project is one provider project.`, {
    hint: `Unlink it first (costs projects unlink ${row.id}), or give both one tag to report them together.`,
  });
}

async function markLinked(tx: Transaction, id: string, data: Prisma.ProjectUncheckedUpdateInput): Promise<Project> {
  return toProject(await tx.project.update({ where: { id }, data: { ...data, linkedAt: await transactionTime(tx) } }));
}

async function transactionTime(tx: Transaction): Promise<Date> {
  const [row] = await tx.$queryRaw<[{ now: Date }]>`SELECT now() AS now`;
  return row.now;
}

async function linkAll(
  tx: Transaction,
  teamId: string,
  { provider, organizationId }: { provider?: ProviderId; organizationId?: string },
): Promise<Project[]> {
  const where: Prisma.ProjectWhereInput = {
    teamId,
    linkedAt: null,
    aiProjectId: { not: null },
    ...(provider === undefined ? {} : { aiProvider: provider }),
    ...(organizationId === undefined ? {} : { aiOrganizationId: organizationId }),
  };
  const rows = await tx.project.findMany({ where, orderBy: [{ name: 'asc' }, { id: 'asc' }] });
  await tx.project.updateMany({
    where: { id: { in: rows.map(({ id }) => id) } },
    data: { linkedAt: await transactionTime(tx) },
  });
  return rows.map((row) => ({ ...toProject(row), linked: true }));
}

async function unlink(tx: Transaction, project: Project): Promise<Project> {
  const row = await tx.project.findUniqueOrThrow({ where: { id: project.id } });
  if (row.aiProjectId === null || row.linkedAt === null) {
    throw new CostsError('conflict', `"${row.name}" is not linked.`, { hint: 'costs projects list' });
  }
  if (row.openaiProjectId !== null) {
    throw new CostsError(
      'conflict',
      `"${row.name}" is tied to ${row.openaiProjectId} by the old system, which reads it there.`,
      {
        hint: 'Clear projects.openai_project_id of that row once the old system is gone, then unlink it.',
      },
    );
  }
  const name = row.providerName ?? row.aiProjectId;
  const hasLegacyRows = (await tx.costData.count({ where: { projectId: row.id, bucketStartTime: null } })) > 0;
  if (row.name === name && !hasLegacyRows) {
    return toProject(await tx.project.update({ where: { id: row.id }, data: { linkedAt: null } }));
  }
  const { aiProvider, aiOrganizationId, aiProjectId, providerName, archivedAt } = row;
  const released = {
    aiProvider: null,
    aiOrganizationId: null,
    aiProjectId: null,
    providerName: null,
    archivedAt: null,
    linkedAt: null,
  };
  await tx.project.update({ where: { id: row.id }, data: released });
  const automatic = await tx.project.create({
    data: {
      id: randomUUID(),
      teamId: row.teamId,
      name,
      aiProvider,
      aiOrganizationId,
      aiProjectId,
      providerName,
      archivedAt,
    },
  });
  await moveCollectedRows(tx, row.id, automatic.id);
  return toProject(automatic);
}
