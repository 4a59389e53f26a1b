import type { TeamRows } from '../domain/access.js';
import type { Client } from './client.js';

export function createTeams(client: Client): TeamRows {
  return {
    list: () => client.team.findMany({ select: { id: true, name: true }, orderBy: [{ name: 'asc' }, { id: 'asc' }] }),
    create: async (team) => void (await client.team.create({ data: team })),
    rename: async (id, name) => void (await client.team.update({ where: { id }, data: { name } })),
  };
}
