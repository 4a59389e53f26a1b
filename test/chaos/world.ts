import { addDays, toDay, type DaySpan } from '../../src/domain/day.js';
import { formatDecimal, parseDecimal } from '../../src/domain/decimal.js';
import { expectedTotals, sumBy } from '../../src/emulator/expected.js';
import { generateWorld } from '../../src/emulator/generate.js';
import type { World } from '../../src/emulator/world.js';
import type { PrismaClient } from '../../src/generated/prisma/client.js';

export const today = toDay(new Date());

/** The last days, today included. */
export function lastDays(count: number): DaySpan {
  return { since: addDays(today, 1 - count), until: today };
}

/** Three organizations with all that a bill may hold. */
export function makeWorld(seed: number, days: number): World {
  return generateWorld({
    seed,
    until: today,
    days,
    organizations: [
      { provider: 'openai', id: 'org-1', projects: 3, lineItems: 3, currencies: ['eur'] },
      { provider: 'openai', id: 'org-2', projects: 2, lineItems: 2 },
      { provider: 'anthropic', id: 'ant-1', projects: 2, lineItems: 3 },
    ],
  });
}

/** Sums by organization, project, day and currency, as the providers have them. */
export function expectedSums(world: World, span: DaySpan): Record<string, string> {
  const sums = sumBy(
    expectedTotals(world, span, new Date()),
    ({ organizationId, projectId, day, currency }) => `${organizationId} ${projectId} ${day} ${currency}`,
  );
  return Object.fromEntries([...sums].map(([key, cost]) => [key, formatDecimal(cost)]));
}

/** The same of what is stored. */
export async function storedSums(prisma: Pick<PrismaClient, '$queryRaw'>): Promise<Record<string, string>> {
  const rows = await prisma.$queryRaw<{ key: string; cost: string }[]>`
    SELECT concat_ws(' ', p.ai_organization_id, p.ai_project_id, to_char(c.bucket_start_time, 'YYYY-MM-DD'), c.currency) AS key,
           sum(c.cost)::text AS cost
    FROM cost_data c JOIN projects p ON p.id = c.project_id WHERE c.api_version = 'costs_v1' GROUP BY 1`;
  return Object.fromEntries(rows.map(({ key, cost }) => [key, formatDecimal(parseDecimal(cost))]));
}
