import type { PrismaClient } from '../../generated/prisma/client.js';
import { parseDecimal } from '../../domain/decimal.js';
import type { CostTotal, UsageStore } from '../../domain/usage-store.js';
import { listCollectedUsage } from '../collection/collected-usage.js';
import { importPrices, readPrices } from './prices.js';
import { readUnpriced } from './unpriced.js';
import { writeUsage } from '../facts/write-usage.js';

/** Usage, its estimates and the prices they are made from, on one Prisma client. */
export function createUsageStore(prisma: PrismaClient): UsageStore {
  return {
    collectedDays: (provider, organizationId, width, endpoints) =>
      listCollectedUsage(prisma, { provider, organizationId, width }, endpoints),
    writeWindow: (write) => writeUsage(prisma, write),
    unpriced: (teamId, span) => readUnpriced(prisma, teamId, span),
    costs: async (teamId, { since, until }, apiVersion) => {
      const rows = await prisma.$queryRaw<(Omit<CostTotal, 'cost'> & { cost: string })[]>`
        SELECT p.ai_provider AS provider, p.ai_organization_id AS "organizationId", p.id AS "projectId", p.name AS project,
               to_char(c.bucket_start_time, 'YYYY-MM-DD') AS day, c.line_item AS "lineItem", c.model, c.token_type AS "tokenType",
               c.service_tier AS "serviceTier", c.currency, sum(c.cost)::text AS cost
        FROM projects p JOIN cost_data c ON c.project_id = p.id
        WHERE p.team_id = ${teamId} AND p.ai_provider IS NOT NULL AND c.api_version = ${apiVersion}::"ApiVersion"
          AND c.bucket_start_time >= ${since}::timestamp AND c.bucket_start_time < ${until}::timestamp + interval '1 day'
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ORDER BY 1, 2, 4, 5, 6`;
      return rows.map((row) => ({ ...row, cost: parseDecimal(row.cost) }));
    },
    prices: () => readPrices(prisma),
    importPrices: (prices) => importPrices(prisma, prices),
  };
}
