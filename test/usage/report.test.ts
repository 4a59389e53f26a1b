import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseDay, startOfDay } from '../../src/domain/day.js';
import type { GroupWord } from '../../src/domain/dimensions.js';
import type { ReportQuery } from '../../src/domain/report.js';
import type { WorldUsageRow } from '../../src/emulator/usage-world.js';
import { worldRow } from '../../src/emulator/world.js';
import { renderReport } from '../../src/output/report.js';
import type { Output } from '../../src/output/output.js';
import { createReportStore } from '../../src/store/spend/report-store.js';
import { createTestDatabase, STORY_KINDS, type TestDatabase } from '../helpers/database.js';
import { anOrganization, NOON, openEmulator } from '../helpers/emulator.js';
import { collectFrom, TEAM } from '../helpers/usage.js';

const SPAN = { since: parseDay('2026-11-19'), until: parseDay('2026-11-21') };
const PLAIN = { width: 80, style: new Proxy({}, { get: () => (text: string) => text }) } as unknown as Output;

describe.each(STORY_KINDS)('a report of bills and usage on %s', (kind) => {
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

  /** The 19th is billed and used, the 20th only used, with a model that has no price. */
  async function collectBoth(): Promise<void> {
    const organization = anOrganization({ provider: 'openai', id: 'org-a' });
    organization.usage = [
      use('2026-11-19', 'gpt-5'),
      use('2026-11-19', 'gpt-secret'),
      use('2026-11-20', 'gpt-5'),
      use('2026-11-20', 'gpt-secret'),
    ];
    organization.days = new Map([
      [parseDay('2026-11-19'), [worldRow({ projectId: 'proj_1', lineItem: 'gpt-5, input', amount: '7.5' })]],
    ]);
    const collecting = collectFrom(await openEmulator({ world: { organizations: [organization] } }), test.database);
    await collecting.backfill(SPAN, { width: 'bills' });
    await collecting.backfill(SPAN);
    await collecting.backfill(SPAN, { width: '1h' });
  }

  const report = (query: Partial<ReportQuery>) =>
    createReportStore(test.database.sql).run(
      { ...SPAN, teamId: TEAM, groupBy: ['day'], ...query },
      parseDay('2026-11-23'),
    );

  it('never adds the two: the bill where there is one, else the estimate, marked as such, and a row of zero where a day was read', async () => {
    await collectBoth();
    const best = await report({});
    expect(best).toMatchObject({ basis: 'best', totals: [{ currency: 'USD', cost: '8.75' }] });
    expect(best.rows).toMatchObject([
      { day: '2026-11-19', cost: '7.5', estimated: false },
      { day: '2026-11-20', cost: '1.25', estimated: true },
      { day: '2026-11-20', cost: null, estimated: true },
      { day: '2026-11-21', cost: '0', estimated: false },
    ]);
    expect((await report({ basis: 'billed' })).rows).toMatchObject([
      { day: '2026-11-19', cost: '7.5', estimated: false },
      { day: '2026-11-20', cost: '0', estimated: false },
      { day: '2026-11-21', cost: '0', estimated: false },
    ]);
    await test.database.prisma.collectedDay.deleteMany({ where: { day: startOfDay(parseDay('2026-11-21')) } });
    expect((await report({ basis: 'billed' })).rows.map(({ day }) => day)).toEqual(['2026-11-19', '2026-11-20']);
    const usage = await report({ basis: 'usage' });
    expect(usage.totals).toEqual([{ currency: 'USD', cost: '2.5' }]);
    expect(usage.rows.every(({ estimated }) => estimated)).toBe(true);
  });

  it('tells usage by API key as it does bills, and adds up to the estimates, whichever width they are made from', async () => {
    const organization = anOrganization({ provider: 'openai', id: 'org-a' });
    organization.usage = [
      use('2026-11-19', 'gpt-5'),
      use('2026-11-19', 'gpt-5', 'key_2', '300'),
      use('2026-11-20', 'gpt-5', 'key_2', '7'),
      use('2026-11-20', 'gpt-5', null, '1'),
    ];
    const billed = worldRow({ projectId: 'proj_1', lineItem: 'gpt-5, input', amount: '7.5', apiKeyId: 'key_2' });
    organization.days = new Map([[parseDay('2026-11-19'), [billed]]]);
    const collecting = collectFrom(await openEmulator({ world: { organizations: [organization] } }), test.database);
    await collecting.backfill(SPAN, { width: 'bills' });
    const byKey = async (basis: 'billed' | 'usage' | 'best') =>
      (await report({ basis, groupBy: ['day', 'api-key'] })).rows.map((row) => [row.day, row.apiKeyId, row.cost]);
    for (const width of ['1d', '1h'] as const) {
      await collecting.backfill(SPAN, { width });
      const usage = [
        ['2026-11-19', 'key_1', '1.25'],
        ['2026-11-19', 'key_2', '0.000375'],
        ['2026-11-20', 'key_2', '0.00000875'],
        ['2026-11-20', null, '0.00000125'],
      ];
      expect(await byKey('usage')).toEqual(usage);
      expect(await byKey('best')).toEqual([['2026-11-19', 'key_2', '7.5'], ...usage.slice(2)]);
    }
    expect(await byKey('billed')).toEqual([['2026-11-19', 'key_2', '7.5']]);
    expect((await report({ basis: 'usage' })).totals).toEqual([{ currency: 'USD', cost: '1.250385' }]);
    const [first, second] = ['2026-11-19', '2026-11-20'] as const;
    organization.usage = ['1000000', '300', '8'].map((tokens, index) =>
      use(index < 2 ? first : second, 'gpt-5', null, tokens),
    );
    await collecting.backfill(SPAN);
    expect(await byKey('usage')).toEqual([
      [first, null, '1.250375'],
      [second, null, '0.00001'],
    ]);
  });

  it('says how much usage has no price, and shows it as unknown', async () => {
    await collectBoth();
    const byModel = await report({ groupBy: ['model'], basis: 'usage' });
    expect(byModel.rows).toMatchObject([
      { model: 'gpt-5', cost: '2.5' },
      { model: 'gpt-secret', cost: null },
    ]);
    expect(byModel.unpriced).toMatchObject([
      { model: 'gpt-secret', tokenType: 'uncached_input_tokens', unit: 'tokens', quantity: '2000000', cost: null },
    ]);
    // What was billed that day is known.
    expect((await report({ groupBy: ['model'] })).unpriced).toMatchObject([{ quantity: '1000000' }]);
    expect((await report({ groupBy: ['model'], basis: 'billed' })).unpriced).toEqual([]);
    const unnamed = { model: '', tokenType: 'uncached_audio_input_tokens' };
    await test.database.prisma.usageData.updateMany({ where: { model: 'gpt-secret' }, data: unnamed });
    const unknown = async (groupBy: GroupWord[]) =>
      (await report({ groupBy, basis: 'usage' })).rows.filter(({ cost }) => cost === null);
    expect(await unknown(['line-item'])).toMatchObject([{ lineItem: 'completions, uncached audio input tokens' }]);
    expect(await unknown(['model', 'token-type', 'modality'])).toMatchObject([
      { model: null, tokenType: 'uncached_audio_input_tokens', modality: 'audio' },
    ]);
    const text = renderReport({ report: byModel, team: 'acme', now: NOON }, PLAIN);
    expect(text).toContain('unknown ~');
    expect(text).toContain('Without a price, in no total: 2,000,000 tokens of gpt-secret.');
  });

  it('knows no price of a model that only the team of the project knows: estimates are those of the one that collects', async () => {
    const { prisma } = test.database;
    await collectBoth();
    await prisma.team.create({ data: { id: 'team-2', name: 'beta' } });
    await prisma.project.updateMany({ data: { teamId: 'team-2' } });
    const priced = { provider: 'openai', model: 'gpt-secret', tokenType: 'uncached_input_tokens', tier: 'standard' };
    const price = {
      ...priced,
      contextWindow: '',
      inferenceGeo: '',
      unit: 'tokens',
      currency: 'USD',
      source: 'contract',
    };
    await prisma.price.create({
      data: { ...price, teamId: 'team-2', validFrom: new Date('2026-01-01'), price: '1', per: '1000000' },
    });
    const theirs = await report({ teamId: 'team-2', groupBy: ['model'], basis: 'usage' });
    expect(theirs.unpriced).toMatchObject([{ model: 'gpt-secret', quantity: '2000000' }]);
  });

  it('does not add rows of the old system to estimates of the same usage', async () => {
    await collectBoth();
    const { prisma } = test.database;
    const project = await prisma.project.findFirstOrThrow();
    for (const [id, day] of [
      ['a', '2026-11-20'],
      ['b', '2026-11-21'],
    ] as const) {
      await prisma.costData.create({
        data: { id, projectId: project.id, date: startOfDay(parseDay(day)), service: 'gpt', cost: '3' },
      });
    }
    expect((await report({})).totals).toEqual([{ currency: 'USD', cost: '11.75' }]);
    expect((await report({ basis: 'usage' })).totals).toEqual([{ currency: 'USD', cost: '5.5' }]);
  });
});

function use(day: string, model: string, apiKey: string | null = 'key_1', tokens = '1000000'): WorldUsageRow {
  const dimensions = { project_id: 'proj_1', model, batch: false, service_tier: 'default', api_key_id: apiKey };
  return {
    at: new Date(`${day}T09:00:00Z`),
    endpoint: 'completions',
    dimensions,
    measures: { input_tokens: tokens, output_tokens: '0', num_model_requests: '3' },
  };
}
