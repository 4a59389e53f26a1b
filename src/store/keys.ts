import type { KeyRow, KeyRows } from '../domain/access.js';
import type { KeySource } from '../domain/collection.js';
import { CostsError } from '../errors.js';
import { BILL_SOURCES, type BillSource } from '../domain/bill-source.js';
import { organizationRef } from '../domain/organization.js';
import { cleanText } from '../domain/text.js';
import type { OrganizationApiKey, Prisma } from '../generated/prisma/client.js';
import { isUniqueViolation, type Client } from './client.js';

const ORDER = [
  { provider: 'asc' },
  { name: 'asc' },
  { id: 'asc' },
] satisfies Prisma.OrganizationApiKeyOrderByWithRelationInput[];

export function createKeys(client: Client): KeyRows {
  const table = client.organizationApiKey;
  return {
    list: async (teamId) => toKeyRows(client, await table.findMany({ where: { teamId }, orderBy: ORDER })),
    listAll: async () => toKeyRows(client, await table.findMany({ orderBy: ORDER })),
    get: async (id) => (await toKeyRows(client, await table.findMany({ where: { id } })))[0] ?? null,
    findOrganization: async (provider, organizationId) =>
      (await toKeyRows(client, await table.findMany({ where: { provider, organizationId } })))[0] ?? null,
    async add({ keyId, billSource, ...row }) {
      try {
        await table.create({ data: { id: keyId, ...row } });
      } catch (error) {
        if (isUniqueViolation(error)) throw registeredAlready(row.provider, row.organizationId, error);
        throw error;
      }
      await setBillSource(client, row, billSource);
    },
    async setMaterial(id, { billSource, ...material }) {
      const { source, variable, lastFour, host, expiresAt, encryptedKey, generation, mac, exposedAt } = material;
      const data = { source, variable, lastFour, host, expiresAt, encryptedKey, generation, mac, exposedAt };
      const row = await table.update({ where: { id }, data: { ...data, updatedAt: await now(client) } });
      await setBillSource(client, row, billSource);
    },
    setActive: async (id, isActive) => {
      await table.update({ where: { id }, data: { isActive, updatedAt: await now(client) } });
    },
    async setOrganization(id, organizationId, { encryptedKey, generation, mac }) {
      const data = { organizationId, encryptedKey, generation, mac, updatedAt: await now(client) };
      await table.update({ where: { id }, data });
    },
    remove: async (id) => {
      await table.delete({ where: { id } });
    },
    touch: async (ids) => {
      await client.$executeRaw`UPDATE "organization_api_keys" SET "last_used_at" = now() WHERE "id" = ANY(${ids})`;
    },
  };
}

/** Two sessions, of one team or of two, that add one organization at once: the second learns it from the database. */
function registeredAlready(provider: string, organizationId: string, cause: unknown): CostsError {
  return new CostsError('conflict', `${provider} organization ${organizationId} is registered already.`, {
    hint: 'Those of your team: costs keys list',
    cause,
  });
}

async function now(client: Client): Promise<Date> {
  const [row] = await client.$queryRaw<{ now: Date }[]>`SELECT now() AS now`;
  if (row === undefined) throw new CostsError('failed', 'The database did not tell its time.');
  return row.now;
}

/** It outlives the key, and so stands with the organization. */
async function setBillSource(
  client: Client,
  { provider, organizationId, teamId }: Pick<OrganizationApiKey, 'provider' | 'organizationId' | 'teamId'>,
  source: BillSource,
): Promise<void> {
  const where = { provider, organizationId, teamId, source: { not: source } };
  await client.organization.updateMany({ where, data: { source } });
}

async function toKeyRows(client: Client, rows: OrganizationApiKey[]): Promise<KeyRow[]> {
  if (rows.length === 0) return [];
  const organizations = await client.organization.findMany({
    where: { organizationId: { in: rows.map(({ organizationId }) => organizationId) } },
    select: { provider: true, organizationId: true, source: true },
  });
  const sources = new Map(organizations.map((each) => [organizationRef(each), each.source]));
  return rows.map((row) => toKeyRow(row, toBillSource(sources.get(organizationRef(row)))));
}

/** @param source as it is stored */
function toBillSource(source: string | undefined): BillSource {
  return BILL_SOURCES.find((known) => known === source) ?? 'key';
}

/** A source or provider that does not exist fits no seal: whoever wants that one key is told, and nothing else stops for it. */
function toKeyRow(
  { id: keyId, name, source, createdAt: _createdAt, updatedAt: _updatedAt, ...row }: OrganizationApiKey,
  billSource: BillSource,
): KeyRow {
  return { ...row, keyId, name: cleanText(name), billSource, source: source as KeySource };
}
