import type { StatementPool } from '../statements.js';
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

/** What the main job needs of the store. */
export function createCollectionStore(sql: StatementPool): CollectionStore {
  return {
    clock: () => readClock(sql),
    termsOf: (organization) => readTerms(sql, organization),
    collectedDays: (organization) => listCollectedDays(sql, organization),
    storedDays: (organization, span) => listStoredDays(sql, organization, span),
    checkSeals: (organization, span, keep) => checkSeals(sql, organization, span, keep),
    orphanedRows: (teamId) => listOrphanedRows(sql, teamId),
    openMisfits: (organization) => openMisfits(sql, organization),
    closeMisfits: (organization, days) => closeMisfits(sql, organization, days),
    dailyCharges: (organization, span) => listDailyCharges(sql, organization, span),
    unknownProjects: (provider, organizationId, ids) => findUnknownProjects(sql, { provider, organizationId }, ids),
    writeWindow: (write) => writeBills(sql, write),
    writeReports: (write) => writeReports(sql, write),
    projectIds: (organization) => listProjectIds(sql, organization),
    news: (teamId) => listNews(sql, teamId),
    spenders: (organization, span) => listSpenders(sql, organization, span),
    keepsPeople: (teamId) => keepsPeople(sql, teamId),
    learnApiKeys: (teamId, listing) => learnApiKeys(sql, teamId, listing),
    followNames: async (names) => (await keepNames(sql, names)).renamed,
    pausedByQuota: (teamId, kind) => listPaused(sql, teamId, kind),
    unfinishedSyncs: (teamId, basis) => listUnfinished(sql, teamId, basis),
    startRun: (run) => startRun(sql, run),
    finishRun: async (run, status, result) => {
      await finishRun(sql, run, status, result);
      // What was written stands: no run fails for that.
      await renewStatistics(sql).catch(() => undefined);
    },
  };
}

async function readClock(sql: StatementPool): Promise<Date> {
  const [row] = await sql.$queryRaw<[{ now: Date }]>`SELECT date_trunc('milliseconds', clock_timestamp()) AS now`;
  return row.now;
}
