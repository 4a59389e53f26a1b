import type { TokenRows } from '../domain/access.js';
import type { Client } from './client.js';

export function createTokens(client: Client): TokenRows {
  const table = client.vaultToken;
  return {
    list: (teamId) => table.findMany({ where: { teamId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }),
    get: (id) => table.findUnique({ where: { id } }),
    add: async (row) => {
      await table.create({ data: row });
    },
    revoke: async (id) => {
      await client.$executeRaw`UPDATE "vault_tokens" SET "revoked_at" = now() WHERE "id" = ${id}`;
    },
    touch: async (id) => {
      await client.$executeRaw`UPDATE "vault_tokens" SET "last_used_at" = now() WHERE "id" = ${id}`;
    },
  };
}
