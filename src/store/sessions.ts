import type { SessionRows } from '../domain/access.js';
import type { Client } from './client.js';

const FIELDS = { id: true, teamId: true, userId: true, sessionKey: true, host: true, osUser: true, expiresAt: true };

export function createSessions(client: Client): SessionRows {
  const table = client.vaultSession;
  return {
    get: (id) => table.findUnique({ where: { id }, select: FIELDS }),
    async hasOpen(teamId, osUser) {
      const rows = await client.$queryRaw<unknown[]>`
        SELECT 1 FROM "vault_sessions" WHERE "team_id" = ${teamId} AND "os_user" = ${osUser}
        AND ("expires_at" IS NULL OR "expires_at" > now()) LIMIT 1`;
      return rows.length > 0;
    },
    async add(row) {
      await client.$executeRaw`DELETE FROM "vault_sessions" WHERE "expires_at" <= now()`;
      await table.create({ data: row });
    },
    remove: async (id) => {
      await table.deleteMany({ where: { id } });
    },
    removeOfMember: async (userId) => {
      await table.deleteMany({ where: { userId } });
    },
    removeOfTeam: async (teamId) => {
      await table.deleteMany({ where: { teamId } });
    },
  };
}
