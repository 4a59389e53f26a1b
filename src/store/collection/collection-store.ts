import type { PrismaClient } from '../../generated/prisma/client.js';
import type { CollectionStore } from '../../domain/collection.js';
import { keepsPeople, learnApiKeys, listSpenders } from '../api-keys.js';
import { keepNames } from '../discovered-projects.js';
import { listCollectedDays } from './collected-days.js';
import { findUnknownProjects, listProjectIds } from './resolve-projects.js';
import { readTerms } from '../organizations.js';
import { renewStatistics } from '../statistics.js';
import { finishRun, listNews, listPaused, listUnfinished, startRun } from '../runs.js';
import { checkSeals, closeMisfits, openMisfits } from '../facts/check-seals.js';
import { listDailyCharges } from '../facts/daily-charges.js';
import { listStoredDays } from '../facts/stored-days.js';
import { listOrphanedRows } from '../facts/orphaned-rows.js';
import { writeBills } from '../facts/write-bills.js';
import { writeReports } from '../facts/write-reports.js';

/** What the main job needs of the store, on one Prisma client. */
export function createCollectionStore(prisma: PrismaClient): CollectionStore {
  return {
    clock: () => readClock(prisma),
    termsOf: (organization) => readTerms(prisma, organization),
    collectedDays: (organization) => listCollectedDays(prisma, organization),
    storedDays: (organization, span) => listStoredDays(prisma, organization, span),
    checkSeals: (organization, span, keep) => checkSeals(prisma, organization, span, keep),
    orphanedRows: (teamId) => listOrphanedRows(prisma, teamId),
    openMisfits: (organization) => openMisfits(prisma, organization),
    closeMisfits: (organization, days) => closeMisfits(prisma, organization, days),
    dailyCharges: (organization, span) => listDailyCharges(prisma, organization, span),
    unknownProjects: (provider, organizationId, ids) => findUnknownProjects(prisma, { provider, organizationId }, ids),
    writeWindow: (write) => writeBills(prisma, write),
    writeReports: (write) => writeReports(prisma, write),
    projectIds: (organization) => listProjectIds(prisma, organization),
    news: (teamId) => listNews(prisma, teamId),
    spenders: (organization, span) => listSpenders(prisma, organization, span),
    keepsPeople: (teamId) => keepsPeople(prisma, teamId),
    learnApiKeys: (teamId, listing) => learnApiKeys(prisma, teamId, listing),
    followNames: async (names) => (await keepNames(prisma, names)).renamed,
    pausedByQuota: (teamId, kind) => listPaused(prisma, teamId, kind),
    unfinishedSyncs: (teamId, basis) => listUnfinished(prisma, teamId, basis),
    startRun: (run) => startRun(prisma, run),
    finishRun: async (run, status, result) => {
      await finishRun(prisma, run, status, result);
      // What was written stands: no run fails for that.
      await renewStatistics(prisma).catch(() => undefined);
    },
  };
}

async function readClock(prisma: PrismaClient): Promise<Date> {
  const [row] = await prisma.$queryRaw<[{ now: Date }]>`SELECT date_trunc('milliseconds', clock_timestamp()) AS now`;
  return row.now;
}
