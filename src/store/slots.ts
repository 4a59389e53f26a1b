import type { SlotKind, SlotRow, SlotRows } from '../domain/access.js';
import type { VaultSlot } from '../generated/prisma/client.js';
import type { Client } from './client.js';

export function createSlots(client: Client): SlotRows {
  const table = client.vaultSlot;
  return {
    list: async (teamId) => (await table.findMany({ where: { teamId }, orderBy: { id: 'asc' } })).map(toSlot),
    ofMember: async (userId) => (await table.findMany({ where: { userId } })).map(toSlot),
    async ofToken(tokenId) {
      const row = await table.findUnique({ where: { tokenId } });
      return row === null ? null : toSlot(row);
    },
    add: async (row) => {
      await table.create({ data: row });
    },
    replace: async (row) => {
      await table.update({ where: { id: row.id }, data: row });
    },
    remove: async (ids) => {
      await table.deleteMany({ where: { id: { in: ids } } });
    },
    async formerViewers(teamId) {
      const rows = await client.vaultViewerSlot.findMany({
        where: { teamId },
        select: { userId: true, tokenId: true },
      });
      return new Set(rows.map(({ userId, tokenId }) => userId ?? tokenId ?? ''));
    },
    removeExpired: (teamId) =>
      client.$executeRaw`DELETE FROM "vault_slots" WHERE "team_id" = ${teamId} AND "expires_at" <= now()`,
  };
}

/** The kind is covered by the row's HMAC; an unknown one opens nothing. */
function toSlot({ createdAt: _createdAt, endorsement: _endorsement, kind, ...row }: VaultSlot): SlotRow {
  return { ...row, kind: kind as SlotKind };
}
