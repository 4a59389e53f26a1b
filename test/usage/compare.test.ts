import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compareUsage } from '../../src/domain/comparison.js';
import { addDays, parseDay } from '../../src/domain/day.js';
import { parseDecimal } from '../../src/domain/decimal.js';
import { billUsage } from '../../src/emulator/bill-usage.js';
import { generateUsage } from '../../src/emulator/generate-usage.js';
import type { WorldOrganization } from '../../src/emulator/world.js';
import { worldRow } from '../../src/emulator/world.js';
import type { CostTotal } from '../../src/domain/usage-store.js';
import { toComparisonDocument } from '../../src/output/comparison.js';
import { withReading } from '../../src/providers/registry.js';
import { createReportStore } from '../../src/store/spend/report-store.js';
import { createUsageStore } from '../../src/store/usage/usage-store.js';
import { createTestDatabase, STORY_KINDS, type TestDatabase } from '../helpers/database.js';
import { anOrganization, openEmulator } from '../helpers/emulator.js';
import { listCharges } from '../helpers/tariff.js';
import { collectFrom, TEAM } from '../helpers/usage.js';

const UNTIL = parseDay('2026-11-22');
const SPAN = { since: addDays(UNTIL, -9), until: UNTIL };
const MODELS: Record<string, string[]> = {
  openai: ['gpt-5', 'gpt-5-mini', 'gpt-4o-2024-08-06', 'o3'],
  anthropic: ['claude-sonnet-4-5-20250929', 'claude-opus-4-6'],
};

/** Two organizations whose bills are price times usage, but for the factors, in thousandths. */
function billedWorld(factors: Record<string, bigint> = {}): WorldOrganization[] {
  const organizations = [
    anOrganization({
      provider: 'openai',
      id: 'org-a',
      projects: [{ id: 'proj_1', name: 'Search', createdAt: new Date(0), archivedAt: null }],
    }),
    anOrganization({ provider: 'anthropic', id: 'org-b' }),
  ];
  for (const organization of organizations) {
    const usage = generateUsage(organization, {
      seed: 9,
      until: UNTIL,
      days: 10,
      perDay: 3,
      models: MODELS[organization.provider] ?? [],
    });
    const billed = new Set(['completions', 'embeddings', 'audio_transcriptions', 'audio_speeches', 'messages']);
    organization.usage = usage.filter(({ endpoint }) => billed.has(endpoint));
    for (const { measures } of organization.usage) {
      // Cache writes have no list price, and a search is billed by the call.
      delete measures['server_tool_use.web_search_requests'];
      measures['input_tokens'] = String(
        BigInt(measures['input_tokens'] ?? 0) - BigInt(measures['input_cache_write_tokens'] ?? 0),
      );
      delete measures['input_cache_write_tokens'];
    }
    billUsage(organization, listCharges(factors));
  }
  return organizations;
}

describe.each(STORY_KINDS)('bills and usage compared on %s', (kind) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase(kind);
    await test.database.prisma.team.create({ data: { id: TEAM, name: 'acme' } });
  });
  afterAll(() => test.drop());
  beforeEach(
    () =>
      test.database.prisma
        .$executeRaw`TRUNCATE cost_data, usage_data, collected_usage, collected_days, restatements, prices, projects CASCADE`,
  );

  async function compare(organizations: WorldOrganization[]) {
    const collecting = collectFrom(await openEmulator({ world: { organizations } }), test.database);
    expect(await collecting.backfill(SPAN, { width: 'bills' })).toMatchObject({ status: 'ok' });
    expect(await collecting.backfill(SPAN)).toMatchObject({ status: 'ok' });
    const reports = createReportStore(test.database.sql);
    return toComparisonDocument(
      compareUsage(await reports.lines(TEAM, SPAN, 'billed'), await reports.lines(TEAM, SPAN, 'estimated')),
    );
  }

  it('explains all of bills that are exactly price times usage', async () => {
    const { totals, rows, unexplained, warnings } = await compare(billedWorld());
    expect(totals).toMatchObject([{ currency: 'USD', share: '1' }]);
    expect(totals[0]?.billed).toBe(totals[0]?.estimated);
    expect(rows.length).toBeGreaterThan(80);
    expect(rows.filter(({ share }) => share !== '1')).toEqual([]);
    expect(unexplained).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['gpt-5-mini', 1250n, 'price'],
    ['claude-opus-4-6', 800n, 'price'],
    ['gpt-4o-2024-08-06', 1_000_000n, 'unit'],
  ])('names %s, the one model whose price was changed', async (model, factor, code) => {
    const { totals, unexplained, warnings } = await compare(billedWorld({ [model]: factor }));
    expect(warnings).toMatchObject([{ code, model }]);
    for (const { factor: found } of warnings[0]?.parts ?? []) expect(found).toBeCloseTo(Number(factor) / 1000, 4);
    expect(Number(totals[0]?.share)).toBe(factor < 1000n ? 1 : Number(totals[0]?.share));
    expect(new Set(unexplained.map((item) => item.model))).toEqual(new Set([model]));
  });

  it('lists what usage cannot explain by line item', async () => {
    const organizations = billedWorld();
    const rows = organizations[0]?.days.get(UNTIL) ?? [];
    rows.push(
      worldRow({ projectId: 'proj_1', lineItem: 'Scale Tier', amount: '20' }),
      worldRow({ projectId: 'proj_1', lineItem: 'Credit', amount: '-3' }),
    );
    const { totals, unexplained, warnings } = await compare(organizations);
    expect(unexplained).toMatchObject([
      { lineItem: 'Scale Tier', rest: '20', billed: '20', model: null },
      { lineItem: 'Credit', rest: '-3', billed: '-3', model: null },
    ]);
    expect(Number(totals[0]?.share)).toBeLessThan(1);
    expect(warnings).toEqual([]);
  });

  it('takes prices of the team before those of the book, and makes estimates again', async () => {
    const usage = createUsageStore(test.database.sql);
    const reports = createReportStore(test.database.sql);
    expect((await compare(billedWorld({ 'gpt-5-mini': 500n }))).warnings).toMatchObject([{ model: 'gpt-5-mini' }]);
    const price = {
      provider: 'openai' as const,
      model: 'gpt-5-mini',
      contextWindow: '',
      inferenceGeo: '',
      unit: 'tokens' as const,
      validFrom: SPAN.since,
      currency: 'USD',
      per: parseDecimal('1000'),
      source: 'contract',
    };
    const prices = [
      ['uncached_input_tokens', 'standard', '0.000125'],
      ['uncached_input_tokens', 'batch', '0.0000625'],
      ['cached_input_tokens', 'standard', '0.0000125'],
      ['cached_input_tokens', 'batch', '0.00000625'],
      ['output_tokens', 'standard', '0.001'],
      ['output_tokens', 'batch', '0.0005'],
    ].map(([tokenType = '', tier = '', dollars = '']) => ({ ...price, tokenType, tier, price: parseDecimal(dollars) }));
    expect((await usage.importPrices(TEAM, prices)).prices).toBe(6);
    expect(await usage.importPrices(TEAM, prices)).toEqual({ prices: 0, estimates: 0 });
    const compared = compareUsage(
      await reports.lines(TEAM, SPAN, 'billed'),
      await reports.lines(TEAM, SPAN, 'estimated'),
    );
    expect(toComparisonDocument(compared)).toMatchObject({ totals: [{ share: '1' }], warnings: [], unexplained: [] });
  });

  it('has no estimate for a model without a price, and says how much that is', async () => {
    const organization = anOrganization({ provider: 'openai', id: 'org-a' });
    organization.usage = [
      {
        at: new Date('2026-11-20T01:00:00Z'),
        endpoint: 'completions',
        dimensions: {
          project_id: 'proj_1',
          model: 'gpt-secret',
          batch: false,
          service_tier: 'default',
          api_key_id: null,
        },
        measures: { input_tokens: '12', output_tokens: '5', num_model_requests: '7' },
      },
    ];
    organization.days = new Map([
      [parseDay('2026-11-20'), [worldRow({ projectId: 'proj_1', lineItem: 'gpt-secret, input', amount: '4' })]],
    ]);
    const { totals, rows } = await compare([organization]);
    expect(totals).toMatchObject([{ billed: '4', share: '0' }]);
    expect(rows).toMatchObject([{ billed: '4', estimated: null }]);
    const unpriced = await createReportStore(test.database.sql).unpriced(TEAM, SPAN);
    expect(unpriced.map(({ model, tokenType }) => `${model} ${tokenType}`).sort()).toEqual([
      'gpt-secret output_tokens',
      'gpt-secret uncached_input_tokens',
    ]);
  });
});

describe('bills in coarser words than usage', () => {
  const row = (lineItem: string, cost: string, change: Partial<CostTotal> = {}): CostTotal => ({
    provider: 'openai',
    organizationId: 'org-a',
    projectId: 'p',
    project: 'Search',
    day: UNTIL,
    lineItem,
    model: 'gpt-5',
    tokenType: null,
    serviceTier: null,
    contextWindow: null,
    currency: 'USD',
    cost: parseDecimal(cost),
    ...change,
  });
  const estimate = (tokenType: string, cost: string, change: Partial<CostTotal> = {}) =>
    row(`gpt-5, ${tokenType}`, cost, { tokenType, serviceTier: 'standard', ...change });
  const share = (billed: CostTotal[], estimated: CostTotal[]) =>
    toComparisonDocument(compareUsage(billed.map(withReading), estimated)).totals[0]?.share;

  it('are explained by the sum of what they take in', () => {
    const used = [
      estimate('uncached_input_tokens', '1'),
      estimate('cached_input_tokens', '0.5'),
      estimate('output_tokens', '2'),
      estimate('output_tokens', '3', { serviceTier: 'batch' }),
    ];
    expect(share([row('gpt-5, input', '1.5'), row('gpt-5, output', '5')], used)).toBe('1');
    expect(share([row('gpt-5', '6.5')], used)).toBe('1');
  });

  it('are found under the dated name of their model, and under one that only usage knows', () => {
    expect(share([row('gpt-5, output', '2')], [estimate('output_tokens', '2', { model: 'gpt-5-2025-08-07' })])).toBe(
      '1',
    );
    expect(
      share(
        [row('house-model, output', '2', { model: null })],
        [estimate('output_tokens', '2', { model: 'house-model' })],
      ),
    ).toBe('1');
  });

  it('differ by no more than a float does', () => {
    expect(share([row('gpt-5, output', '0.30000000000000004')], [estimate('output_tokens', '0.3')])).toBe('1');
    expect(share([row('gpt-5, output', '0.31')], [estimate('output_tokens', '0.3')])).toBe('0.967741');
  });
});
