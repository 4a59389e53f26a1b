import type { ProjectStore } from '../domain/project.js';
import { ensureProjects } from './collection/resolve-projects.js';
import { keepNames } from './discovered-projects.js';
import type { Database } from './database.js';
import { goneMeanwhile, link, linkAll, unlink } from './project-links.js';
import { toProject } from './project-rows.js';
import { transaction } from './transaction.js';

export function createProjectStore(database: Pick<Database, 'entities' | 'sql'>): ProjectStore {
  const { sql } = database;
  return {
    async list(teamId, { unlinked = false } = {}) {
      const where = unlinked ? { teamId, linkedAt: null, aiProjectId: { not: null } } : { teamId };
      const rows = await (
        await database.entities()
      ).project.findMany({
        where,
        orderBy: [{ name: 'asc' }, { aiProvider: 'asc' }, { aiOrganizationId: 'asc' }, { id: 'asc' }],
      });
      return rows.map(toProject);
    },
    async discovered(origin) {
      const wireNames = new Map([...origin.projects].map(([id, { name }]) => [id, name]));
      const { created } = await sql.transaction((tx) => ensureProjects(tx, origin, wireNames));
      return {
        created: created.map(({ name }) => name),
        ...(await keepNames(sql, origin)),
        total: origin.projects.size,
      };
    },
    async byProviderProject(teamId, provider, providerProjectId) {
      const where = { teamId, aiProvider: provider, aiProjectId: providerProjectId };
      return (await (await database.entities()).project.findMany({ where })).map(toProject);
    },
    link: (providerProject, target) => transaction(database, (tx) => link(tx, providerProject, target)),
    linkAll: (teamId, filter) => transaction(database, (tx) => linkAll(tx, teamId, filter)),
    unlink: (teamId, project) => transaction(database, (tx) => unlink(tx, teamId, project)),
    countLegacy: async (teamId) =>
      (await database.entities()).project.count({
        where: { teamId, openaiProjectId: { not: null }, aiProjectId: null },
      }),
    async rename(teamId, project, name) {
      const { count } = await (
        await database.entities()
      ).project.updateMany({ where: { id: project.id, teamId }, data: { name } });
      if (count === 0) throw goneMeanwhile(project);
      return { ...project, name };
    },
  };
}
