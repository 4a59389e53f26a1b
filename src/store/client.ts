import type { Prisma, PrismaClient } from '../generated/prisma/client.js';

/** Prisma's client, or one transaction of it. */
export type Client = PrismaClient | Prisma.TransactionClient;

/** Whether an error is the database's refusal of a second row with the same key. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'P2002';
}
