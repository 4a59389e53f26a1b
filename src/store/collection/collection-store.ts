import type { PrismaClient } from '../../generated/prisma/client.js';
import type { CollectionStore } from '../../domain/collection.js';
import { learnApiKeys, listSpenders } from '../api-keys.js';
import { keepNames } from '../discovered-projects.js';
import { listCollectedDays } from './collected-days.js';
import { findUnknownProjects } from './resolve-projects.js';
import { finishRun, listNews, listPaused, startRun } from '../runs.js';
import { checkSeals, closeMisfits, openMisfits } from '../facts/check-seals.js';
import { listDailyCharges } from '../facts/daily-charges.js';
import { listStoredDays } from '../facts/stored-days.js';
import { listOrphanedRows } from '../facts/orphaned-rows.js';
import { writeBills } from '../facts/write-bills.js';

/** What the main job needs of the store, on one Prisma client. */
export function createCollectionStore(prisma: PrismaClient): CollectionStore {
  return {
    clock: () => readClock(prisma),
    collectedDays: (provider, organizationId) => listCollectedDays(prisma, provider, organizationId),
    storedDays: (provider, organizationId, span) => listStoredDays(prisma, provider, organizationId, span),
    checkSeals: (provider, organizationId, span, keep) => checkSeals(prisma, { provider, organizationId }, span, keep),
    orphanedRows: (teamId) => listOrphanedRows(prisma, teamId),
    openMisfits: (provider, organizationId) => openMisfits(prisma, { provider, organizationId }),
    closeMisfits: (provider, organizationId, days) => closeMisfits(prisma, { provider, organizationId }, days),
    dailyCharges: (provider, organizationId, span) => listDailyCharges(prisma, provider, organizationId, span),
    unknownProjects: (provider, organizationId, ids) => findUnknownProjects(prisma, { provider, organizationId }, ids),
    writeWindow: (write) => writeBills(prisma, write),
    news: (teamId) => listNews(prisma, teamId),
    spenders: (provider, organizationId, span) => listSpenders(prisma, { provider, organizationId }, span),
    learnApiKeys: (teamId, listing) => learnApiKeys(prisma, teamId, listing),
    followNames: async (names) => (await keepNames(prisma, names)).renamed,
    pausedByQuota: (teamId, kind) => listPaused(prisma, teamId, kind),
    startRun: (run) => startRun(prisma, run),
    finishRun: (run, status, result) => finishRun(prisma, run, status, result),
  };
}

async function readClock(prisma: PrismaClient): Promise<Date> {
  const [row] = await prisma.$queryRaw<[{ now: Date }]>`SELECT date_trunc('milliseconds', clock_timestamp()) AS now`;
  return row.now;
}
