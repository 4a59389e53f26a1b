import type { StatementPool } from '../statements.js';
import type { UsageStore } from '../../domain/usage-store.js';
import { listCollectedUsage, listUsageReads } from '../collection/collected-usage.js';
import { hasUnplaced } from '../partitions/unplaced.js';
import { writeUsage } from '../facts/write-usage.js';
import { importPrices, readPrices } from './prices.js';

/** Usage, its estimates and the prices they are made from. */
export function createUsageStore(sql: StatementPool): UsageStore {
  return {
    collectedDays: (organization, width, endpoints) => listCollectedUsage(sql, organization, width, endpoints),
    readsOf: (organization, width, span) => listUsageReads(sql, organization, width, span),
    writeWindow: (write) => writeUsage(sql, write),
    hasUnplaced: () => hasUnplaced(sql),
    prices: (teamId) => readPrices(sql, teamId),
    importPrices: (teamId, prices) => importPrices(sql, teamId, prices),
  };
}
