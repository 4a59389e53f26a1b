import { Prisma, type PrismaClient } from '../../generated/prisma/client.js';
import type { DaySpan } from '../../domain/day.js';
import { add } from '../../domain/decimal.js';
import { isCharged, tierOf } from '../../domain/price.js';
import type { UnpricedUsage } from '../../domain/usage-store.js';
import { readPriceBook } from './prices.js';
import { readUsage } from './usage-totals.js';

/** See `UsageStore.unpriced`. */
export async function readUnpriced(prisma: PrismaClient, teamId: string, { since, until }: DaySpan): Promise<UnpricedUsage[]> {
  const book = await readPriceBook(prisma);
  const sums = new Map<string, UnpricedUsage>();
  for (const each of await readUsage(prisma, Prisma.sql`p.team_id = ${teamId}`, { from: since, to: until })) {
    const { provider, organizationId, projectId, day, endpoint, tokenType, unit, model, quantity } = each;
    if (!isCharged(tokenType) || book.find(provider, each, day) !== null) continue;
    const tier = tierOf(each);
    const key = JSON.stringify([projectId, day, endpoint, tokenType, unit, model, tier]);
    const known = sums.get(key);
    if (known === undefined) {
      sums.set(key, { provider, organizationId, projectId, day, endpoint, tokenType, unit, model, tier, quantity });
    } else known.quantity = add(known.quantity, quantity);
  }
  return [...sums.values()];
}
