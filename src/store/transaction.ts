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
export function transaction<T>(
  { entities }: { entities: () => Promise<PrismaClient> },
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return repeated(async () => (await entities()).$transaction(work));
}

/** Does work that is all or nothing, again when another transaction was in its way at the same moment. */
export async function repeated<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS || !isRepeatable(error)) throw error;
    }
  }
}

function isRepeatable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const told = [error.cause, 'meta' in error ? error.meta : null];
  return REPEATABLE.test(`${error.message} ${JSON.stringify(told)}`);
}
