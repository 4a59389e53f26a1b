import { describe, expect, it } from 'vitest';
import type { CostLine } from '../../../src/domain/bucket.js';
import { endOfDay, parseDay } from '../../../src/domain/day.js';
import { parseDecimal } from '../../../src/domain/decimal.js';
import type { Price } from '../../../src/domain/price.js';
import { NO_DIMENSIONS, type UsageLine } from '../../../src/domain/usage.js';
import { createCollectionStore } from '../../../src/store/collection/collection-store.js';
import { createUsageStore } from '../../../src/store/usage/usage-store.js';
import { STORY_KINDS, useTestDatabase } from '../../helpers/database.js';
import { line } from '../../helpers/lines.js';
import { organizationOf, registerOrganization } from '../../helpers/organization.js';

const DAY = parseDay('2026-01-05');
const PROJECTS = 260;
/** Of a project: in all more than one statement carries. */
const ITEMS = 20;

/** Every project's line items come one after the other, as no provider promises the order of rows. */
function bill(change: (project: number, item: number) => string | null): CostLine[] {
  const lines: CostLine[] = [];
  for (let item = 0; item < ITEMS; item += 1)
    for (let project = 0; project <= PROJECTS; project += 1) {
      const cost = change(project, item);
      if (cost !== null) lines.push(line(DAY, `proj_${project}`, `item ${item}`, cost, { apiKeyId: `key_${item}` }));
    }
  return lines;
}

/** What is billed, as if it were a quantity. */
function usageOf({ bucketStart, bucketEnd, providerProjectId, apiKeyId, cost }: CostLine): UsageLine {
  return {
    ...{ ...NO_DIMENSIONS, model: 'gpt-5', apiKeyId: apiKeyId ?? '', endpoint: 'completions' },
    ...{
      bucketStart,
      bucketEnd,
      providerProjectId,
      quantity: cost,
      tokenType: 'uncached_input_tokens',
      unit: 'tokens',
    },
  };
}

const TWO_DOLLARS: Price = {
  ...{ provider: 'openai', model: 'gpt-5', tokenType: 'uncached_input_tokens', unit: 'tokens', tier: 'standard' },
  ...{ contextWindow: '', inferenceGeo: '', validFrom: DAY, currency: 'USD', source: 'contract' },
  ...{ price: parseDecimal('2'), per: parseDecimal('1000000') },
};

/** A store with one organization, and what writes its day so many hours after that is over. */
async function useStore(kind: (typeof STORY_KINDS)[number]) {
  const { database } = await useTestDatabase(kind);
  const { prisma, sql } = database;
  await prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
  await registerOrganization(prisma, 'openai', 'org-1');
  const store = createCollectionStore(sql);
  const write = (lines: CostLine[], hoursLater: number, cuts: { keyed?: CostLine[] } = {}) =>
    store.writeWindow({
      ...{ provider: 'openai', organizationId: 'org-1', organizationName: 'Prod', teamId: 'team-1' },
      ...{ runId: 'run-1', lease: null, days: [DAY], acceptRestatement: false, forced: false, projects: new Map() },
      requestedAt: new Date(endOfDay(DAY).getTime() + hoursLater * 3_600_000),
      lines,
      ...cuts,
    });
  return { prisma, store, write };
}

describe.each(STORY_KINDS)('a day with more rows than one statement carries, on %s', (kind) => {
  it('is replaced as a whole: in the bill, by API key, in the ledger, and with a seal that fits', async () => {
    const { prisma, store, write } = await useStore(kind);

    const first = bill((project) => (project < PROJECTS ? '1.5' : null));
    expect(await write(first, 1, { keyed: first })).toMatchObject({
      inserted: PROJECTS * ITEMS,
      updated: 0,
      deleted: 0,
      changedDays: [DAY],
    });
    expect(await write(first.toReversed(), 2, { keyed: first })).toMatchObject({
      inserted: 0,
      updated: 0,
      deleted: 0,
      changedDays: [],
    });

    // A project comes and one goes; of the others one loses a line item, one has another amount.
    const second = bill((project, item) => {
      if (project === 7 || (project === 8 && item === 3)) return null;
      return project === 9 && item === 4 ? '2.25' : '1.5';
    });
    expect(await write(second, 3, { keyed: second })).toMatchObject({
      ...{ inserted: ITEMS, updated: 1, deleted: ITEMS + 1, unchanged: second.length - ITEMS - 1 },
      ...{ changedDays: [DAY], restated: { rows: 2 * ITEMS + 2, days: 1 } },
    });
    const [sums] = await prisma.$queryRaw<[Record<string, string>]>`
      SELECT (SELECT trim_scale(sum(cost))::text FROM cost_data) AS bill, (SELECT count(*)::int FROM cost_data) AS rows,
             (SELECT trim_scale(sum(cost))::text FROM cost_by_api_key) AS keyed, (SELECT count(*)::int FROM cost_by_api_key) AS cuts,
             (SELECT trim_scale(sum(coalesce(new_cost, 0) - coalesce(old_cost, 0)))::text FROM restatements) AS difference`;
    const total = `${second.length * 1.5 + 0.75}`;
    expect(sums).toEqual({ bill: total, rows: second.length, keyed: total, cuts: second.length, difference: '-0.75' });
    expect(await store.checkSeals(organizationOf('openai', 'org-1'), { since: DAY, until: DAY })).toMatchObject({
      misfits: [],
    });
  });

  it(
    'of one project is replaced as a whole, too, in pieces of which none sweeps what another wrote',
    { tags: ['story'] },
    async () => {
      const { prisma, store, write } = await useStore(kind);
      const items = (first: number, count: number, cost: string) =>
        Array.from({ length: count }, (_, item) => line(DAY, 'proj_1', `модель ${first + item}`, cost));

      const [some, many] = [items(0, 5, '1.5'), items(5, 20_100, '1.5')];
      expect(await write([...some, ...many], 1)).toMatchObject({ inserted: 20_105, updated: 0, deleted: 0 });
      // Five go, a hundred come, one has another amount.
      const changed = [...items(5, 1, '2.25'), ...many.slice(1), ...items(30_000, 100, '1.5')];
      expect(await write(changed, 2)).toMatchObject({ inserted: 100, updated: 1, deleted: 5, unchanged: 20_099 });
      const [sums] = await prisma.$queryRaw<[Record<string, string>]>`
      SELECT trim_scale(sum(cost))::text AS bill, count(*)::int AS rows FROM cost_data`;
      expect(sums).toEqual({ bill: `${20_200 * 1.5 + 0.75}`, rows: 20_200 });
      expect(await store.checkSeals(organizationOf('openai', 'org-1'), { since: DAY, until: DAY })).toMatchObject({
        misfits: [],
      });
    },
  );
});

describe('a day with more usage than one statement carries', () => {
  it(
    'is estimated as a whole: each project that has usage, by API key as well, and none that no longer has',
    { tags: ['story'] },
    async () => {
      const { database } = await useTestDatabase('postgresql');
      const { prisma, sql } = database;
      await prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
      await registerOrganization(prisma, 'openai', 'org-1');
      const store = createUsageStore(sql);
      const write = (isUsed: (project: number) => boolean, hoursLater: number) =>
        store.writeWindow({
          ...{ provider: 'openai', organizationId: 'org-1', organizationName: 'Prod', teamId: 'team-1' },
          ...{ runId: 'run-1', lease: null, width: '1d', acceptRestatement: false, projects: new Map() },
          answers: [{ endpoint: 'completions', days: [DAY], refused: [] }],
          requestedAt: new Date(endOfDay(DAY).getTime() + hoursLater * 3_600_000),
          lines: bill((project) => (isUsed(project) ? '1000000' : null)).map(usageOf),
        });
      const stored = async () => {
        const [sums] = await prisma.$queryRaw<[Record<string, unknown>]>`
        SELECT (SELECT trim_scale(sum(cost))::text FROM cost_data) AS estimated, (SELECT count(*)::int FROM cost_data) AS rows,
               (SELECT trim_scale(sum(cost))::text FROM cost_by_api_key) AS keyed, (SELECT count(*)::int FROM cost_by_api_key) AS cuts`;
        return sums;
      };
      const expected = (projects: number, price: number) => {
        const cost = `${projects * ITEMS * price}`;
        return { estimated: cost, rows: projects, keyed: cost, cuts: projects * ITEMS };
      };

      // gpt-5: 1.25 dollars for a million tokens.
      const { totals } = await write(() => true, 1);
      expect(totals).toEqual([{ currency: 'USD', cost: parseDecimal(`${(PROJECTS + 1) * ITEMS * 1.25}`) }]);
      expect(await stored()).toEqual(expected(PROJECTS + 1, 1.25));
      await write((project) => project !== 7, 2);
      expect(await stored()).toEqual(expected(PROJECTS, 1.25));
      const imported = await store.importPrices('team-1', [TWO_DOLLARS]);
      expect(imported).toEqual({ prices: 1, estimates: PROJECTS });
      expect(await stored()).toEqual(expected(PROJECTS, 2));
    },
  );
});
