import type { PrismaClient } from '../../generated/prisma/client.js';
import type { UsageStore } from '../../domain/usage-store.js';
import { listCollectedUsage, listUsageReads } from '../collection/collected-usage.js';
import { hasUnplaced } from '../partitions/unplaced.js';
import { writeUsage } from '../facts/write-usage.js';
import { importPrices, readPrices } from './prices.js';

/** Usage, its estimates and the prices they are made from, on one Prisma client. */
export function createUsageStore(prisma: PrismaClient): UsageStore {
  return {
    collectedDays: (organization, width, endpoints) => listCollectedUsage(prisma, organization, width, endpoints),
    readsOf: (organization, width, span) => listUsageReads(prisma, organization, width, span),
    writeWindow: (write) => writeUsage(prisma, write),
    hasUnplaced: () => hasUnplaced(prisma),
    prices: (teamId) => readPrices(prisma, teamId),
    importPrices: (teamId, prices) => importPrices(prisma, teamId, prices),
  };
}
