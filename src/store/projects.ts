import type { PrismaClient } from '../generated/prisma/client.js';
import type { Project, ProjectStore } from '../domain/project.js';
import { CostsError } from '../errors.js';
import { ensureProjects } from './collection/resolve-projects.js';
import { keepNames } from './discovered-projects.js';
import { goneMeanwhile, link, linkAll, unlink } from './project-links.js';
import { toProject } from './project-rows.js';
import { transaction } from './transaction.js';

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
    async discovered(origin) {
      const wireNames = new Map([...origin.projects].map(([id, { name }]) => [id, name]));
      const { created } = await transaction(prisma, (tx) => ensureProjects(tx, origin, wireNames));
      return { created, updated: await keepNames(prisma, origin), total: origin.projects.size };
    },
    async byProviderProject(teamId, provider, providerProjectId) {
      const where = { teamId, aiProvider: provider, aiProjectId: providerProjectId };
      return (await prisma.project.findMany({ where })).map(toProject);
    },
    link: (triple, target) => transaction(prisma, (tx) => link(tx, triple, target)),
    linkAll: (teamId, filter) => transaction(prisma, (tx) => linkAll(tx, teamId, filter)),
    unlink: (teamId, project) => transaction(prisma, (tx) => unlink(tx, teamId, project)),
    countLegacy: (teamId) =>
      prisma.project.count({ where: { teamId, openaiProjectId: { not: null }, aiProjectId: null } }),
    async rename(teamId, project, name) {
      const { count } = await prisma.project.updateMany({ where: { id: project.id, teamId }, data: { name } });
      if (count === 0) throw goneMeanwhile(project);
      return { ...project, name };
    },
  };
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
