import type { TokenRow, TokenRows } from '../domain/access.js';
import type { VaultToken } from '../generated/prisma/client.js';
import type { Client } from './client.js';
import { checkRole } from './members.js';

export function createTokens(client: Client): TokenRows {
  const table = client.vaultToken;
  return {
    list: async (teamId) =>
      (await table.findMany({ where: { teamId }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] })).map(toToken),
    async get(id) {
      const row = await table.findUnique({ where: { id } });
      return row === null ? null : toToken(row);
    },
    add: async (row) => {
      await table.create({ data: row });
    },
    revoke: async (id) => {
      await client.$executeRaw`UPDATE "vault_tokens" SET "revoked_at" = CURRENT_TIMESTAMP WHERE "id" = ${id}`;
    },
    touch: async (id) => {
      await client.$executeRaw`UPDATE "vault_tokens" SET "last_used_at" = CURRENT_TIMESTAMP WHERE "id" = ${id}`;
    },
  };
}

function toToken({ role, ...row }: VaultToken): TokenRow {
  return { ...row, role: checkRole(role) };
}
