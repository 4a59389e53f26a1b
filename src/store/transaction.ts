import type { Prisma, PrismaClient } from '../generated/prisma/client.js';

export type Transaction = Prisma.TransactionClient;

const HALF_A_DAY_MS = 12 * 3_600_000;
/**
 * How long Prisma lets a transaction run, and wait for a connection: far longer than the largest day takes on a slow server, for which
 * others wait on the embedded store. PostgreSQL itself ends one that stands still.
 */
export const LIMITS = { timeout: HALF_A_DAY_MS, maxWait: HALF_A_DAY_MS };
/**
 * Deadlock detected, serialization failure, or two that made the project of one provider project at once: nothing was written, and
 * the same work succeeds once the other is done.
 */
const REPEATABLE = /\b(?:40P01|40001)\b|deadlock detected|could not serialize|projects_ai_key/;
const ATTEMPTS = 5;

/** Runs work in one interactive transaction, again when another one was in its way at the same moment. */
export async function transaction<T>(prisma: PrismaClient, work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await prisma.$transaction(work);
    } catch (error) {
      if (attempt === ATTEMPTS || !isRepeatable(error)) throw error;
    }
  }
}

/**
 * Reads on one state of the database, whatever others write meanwhile. It takes a client as the readers do: Prisma's type
 * of a transaction lacks `$connect` and the like, which nobody calls there.
 */
export function snapshot<T>(prisma: PrismaClient, work: (tx: PrismaClient) => Promise<T>): Promise<T> {
  return prisma.$transaction((tx) => work(tx as PrismaClient), { isolationLevel: 'RepeatableRead' });
}

function isRepeatable(error: unknown): boolean {
  return (
    error instanceof Error && REPEATABLE.test(`${error.message} ${JSON.stringify('meta' in error ? error.meta : '')}`)
  );
}
