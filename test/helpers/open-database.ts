import type { PrismaClient } from '../../src/generated/prisma/client.js';
import type { Database } from '../../src/store/database.js';
import { openDatabase as open } from '../../src/store/open.js';

/** A database with Prisma's client at hand, as tests look at rows. */
export type OpenDatabase = Database & { readonly prisma: PrismaClient };

export async function openDatabase(...how: Parameters<typeof open>): Promise<OpenDatabase> {
  return withPrisma(await open(...how));
}

export async function withPrisma(database: Database): Promise<OpenDatabase> {
  return Object.assign(database, { prisma: await database.entities() });
}
