import type { AccessRows, AccessStore } from '../domain/access.js';
import { CostsError } from '../errors.js';
import type { Client } from './client.js';
import type { Database } from './database.js';
import { createKeys } from './keys.js';
import { createLoginAttempts } from './login-attempts.js';
import { createOrganizations } from './organizations.js';
import { createMembers } from './members.js';
import { createSessions } from './sessions.js';
import { createSlots } from './slots.js';
import { createTokens } from './tokens.js';
import { transaction } from './transaction.js';

/** Who may unlock what: the repositories of teams, members, keys and the vault. */
export async function createAccessStore(database: Pick<Database, 'entities'>): Promise<AccessStore> {
  return {
    ...createRows(await database.entities()),
    transact: (work) => transaction(database, (client) => work(createRows(client))),
  };
}

function createRows(client: Client): AccessRows {
  const select = { teamId: true, id: true, generation: true, publicKey: true, mac: true };
  const vault = (teamId: string) => client.vault.findUnique({ where: { teamId }, select });
  return {
    keys: createKeys(client),
    organizations: createOrganizations(client),
    members: createMembers(client),
    slots: createSlots(client),
    tokens: createTokens(client),
    sessions: createSessions(client),
    logins: createLoginAttempts(client),
    async clock() {
      const [row] = await client.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
      if (row === undefined) throw new CostsError('failed', 'The database did not tell its time.');
      return row.now;
    },
    vault,
    async lockVault(teamId) {
      await client.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`costs vault ${teamId}`}, 0))`;
      return vault(teamId);
    },
    createVault: async (row) => {
      await client.vault.create({ data: row });
    },
    removeVault: async (teamId) => {
      await client.vault.delete({ where: { teamId } });
    },
    async renewVault({ teamId, generation, publicKey, mac }) {
      await client.$executeRaw`
        UPDATE "vaults" SET "generation" = ${generation}, "public_key" = ${publicKey}, "mac" = ${mac}, "rotated_at" = now()
        WHERE "team_id" = ${teamId}`;
    },
    setLoginRetentionDays: async (teamId, days) => {
      await client.vault.update({ where: { teamId }, data: { loginRetentionDays: days } });
    },
    async audit({ teamId, actor, action, subject }) {
      // Not through Prisma's create: it reads the row back, which a role that may only insert cannot.
      await client.$executeRaw`INSERT INTO "vault_audit" ("team_id", "actor", "action", "subject") VALUES (${teamId}, ${actor}, ${action}, ${subject})`;
    },
  };
}
