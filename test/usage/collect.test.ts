import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { addDays, parseDay, startOfDay, toDay } from '../../src/domain/day.js';
import { add, formatDecimal, parseDecimal, ZERO, type Decimal } from '../../src/domain/decimal.js';
import { generateUsage } from '../../src/emulator/generate-usage.js';
import type { WorldUsageRow } from '../../src/emulator/usage-world.js';
import type { WorldOrganization } from '../../src/emulator/world.js';
import type { PrismaClient } from '../../src/generated/prisma/client.js';
import type { StatementPool } from '../../src/store/statements.js';
import { STORY_KINDS, createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { anOrganization, NOON, openEmulator } from '../helpers/emulator.js';
import { NO_DIMENSIONS } from '../../src/domain/usage.js';
import { createUsageStore } from '../../src/store/usage/usage-store.js';
import { collectFrom, TEAM } from '../helpers/usage.js';
import { organizationOf } from '../helpers/organization.js';

const TODAY = parseDay('2026-11-23');
const SIXTY = { since: addDays(TODAY, -60), until: addDays(TODAY, -1) };
const THREE = { since: addDays(TODAY, -3), until: addDays(TODAY, -1) };

function worldOf(perDay = 1): WorldOrganization[] {
  const project = (id: string) => ({ id, name: id, createdAt: new Date(0), archivedAt: null });
  const organizations = [
    anOrganization({ provider: 'openai', id: 'org-a', projects: [project('proj_1'), project('proj_2')] }),
    anOrganization({ provider: 'anthropic', id: 'org-b', projects: [project('wrkspc_1')] }),
  ];
  for (const organization of organizations) {
    const models =
      organization.provider === 'openai'
        ? ['gpt-5', 'gpt-4o-2024-08-06', 'gpt-secret']
        : ['claude-sonnet-4-5-20250929', 'claude-unknown'];
    organization.usage = generateUsage(organization, { seed: 5, until: TODAY, days: 61, perDay, models });
  }
  return organizations;
}

/** What an endpoint's fields add up to by day, straight from the world: input and output tokens whole, not in parts. */
function expected(organizations: WorldOrganization[], since: string, until: string): Record<string, string> {
  const wholes: Record<string, [string[], string]> = {
    completions: [['input_tokens', 'output_tokens'], 'tokens'],
    embeddings: [['input_tokens'], 'tokens'],
    moderations: [['input_tokens'], 'tokens'],
    images: [['images'], 'images'],
    audio_speeches: [['characters'], 'characters'],
    audio_transcriptions: [['seconds'], 'seconds'],
    vector_stores: [['usage_bytes'], 'bytes'],
    code_interpreter_sessions: [['num_sessions'], 'sessions'],
  };
  const sums = new Map<string, Decimal>();
  const count = (row: WorldUsageRow, unit: string, quantity: string | undefined) => {
    if (quantity === undefined || quantity === '0') return;
    const project = row.dimensions['project_id'] ?? row.dimensions['workspace_id'] ?? 'unassigned';
    const key = [toDay(row.at), project, row.endpoint, unit].join(' ');
    sums.set(key, add(sums.get(key) ?? ZERO, parseDecimal(quantity)));
  };
  for (const row of organizations.flatMap(({ usage }) => usage ?? [])) {
    if (toDay(row.at) < since || toDay(row.at) > until) continue;
    if (row.endpoint === 'messages') {
      for (const [name, quantity] of Object.entries(row.measures))
        count(row, name.includes('requests') ? 'requests' : 'tokens', quantity);
      continue;
    }
    const [fields, unit] = wholes[row.endpoint] ?? [[], ''];
    for (const field of fields) count(row, unit, row.measures[field]);
    const counted = row.endpoint === 'web_search_calls' || row.endpoint === 'file_search_calls' ? ['num_requests'] : [];
    if (!['vector_stores', 'code_interpreter_sessions', 'file_search_calls'].includes(row.endpoint))
      counted.push('num_model_requests');
    for (const field of counted) count(row, 'requests', row.measures[field]);
  }
  return Object.fromEntries([...sums].sort().map(([key, sum]) => [key, formatDecimal(sum)]));
}

const SHAPES = [
  ...STORY_KINDS.map((kind) => [kind, 'one table'] as const),
  ...(inject('long') ? [['postgresql', 'partitions'] as const] : []),
];

describe.each(SHAPES)('usage collected into %s, %s', (kind, shape) => {
  let test: TestDatabase;
  let prisma: PrismaClient;
  let sql: StatementPool;
  beforeAll(async () => {
    test = await createTestDatabase(kind);
    ({ prisma, sql } = test.database);
    await prisma.team.create({ data: { id: TEAM, name: 'acme' } });
    await prisma.organization.create({
      data: { provider: 'openai', organizationId: 'org-a', name: 'A', teamId: TEAM },
    });
    if (shape === 'partitions') await test.database.migrations.partitionUsage({});
  });
  afterAll(() => test.drop());
  beforeEach(
    () =>
      prisma.$executeRaw`TRUNCATE cost_data, usage_data, collected_usage, collected_days, restatements, prices, projects CASCADE`,
  );

  async function stored(width: string): Promise<Record<string, string>> {
    const rows = await prisma.$queryRaw<{ key: string; quantity: string }[]>`
      SELECT concat_ws(' ', to_char(bucket_start_time, 'YYYY-MM-DD'), ai_project_id, endpoint, unit) AS key, trim_scale(sum(quantity))::text AS quantity
      FROM usage_data u JOIN projects p ON p.id = u.project_id WHERE bucket_width = ${width} GROUP BY 1`;
    return Object.fromEntries(
      rows.map(({ key, quantity }) => [key, quantity] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }
  const tuples = () => prisma.$queryRaw`
    SELECT 'u', id, ctid::text, xmin::text FROM usage_data UNION ALL SELECT 'c', id, ctid::text, xmin::text FROM cost_data ORDER BY 1, 2`;

  it(
    'equals the provider to the last token, by the day and by the hour, and a second run writes nothing',
    { tags: ['story'] },
    async () => {
      const organizations = worldOf();
      const collecting = collectFrom(await openEmulator({ world: { organizations } }), test.database);

      expect(await collecting.backfill(SIXTY)).toMatchObject({ status: 'ok', basis: 'usage' });
      expect(await collecting.backfill(THREE, { width: '1h' })).toMatchObject({ status: 'ok' });
      expect(await stored('1d')).toEqual(expected(organizations, SIXTY.since, SIXTY.until));
      expect(await stored('1h')).toEqual(expected(organizations, THREE.since, THREE.until));

      const before = await tuples();
      for (const [span, width] of [
        [SIXTY, '1d'],
        [THREE, '1h'],
      ] as const) {
        const again = await collecting.backfill(span, { width });
        for (const organization of again.organizations)
          expect(organization).toMatchObject({ status: 'ok', inserted: 0, updated: 0, deleted: 0 });
      }
      expect(await tuples()).toEqual(before);
    },
  );

  it('keeps a quantity that no float can hold', async () => {
    const usage = [
      completion('2026-11-20T05:00:00Z', {
        input_tokens: '9007199254740993',
        output_tokens: '1',
        num_model_requests: '1',
      }),
    ];
    usage.push(...usage.map((row) => ({ ...row, endpoint: 'decisions' })));
    const organizations = [anOrganization({ provider: 'openai', id: 'org-a', usage })];
    await collectFrom(await openEmulator({ world: { organizations } }), test.database).backfill(THREE);
    expect(await stored('1d')).toMatchObject({
      '2026-11-20 proj_1 completions tokens': '9007199254740994',
      '2026-11-20 proj_1 decisions tokens': '9007199254740994',
    });
  });

  it('splits what contains something else, so that each token is stored once', async () => {
    const measures = {
      input_tokens: '1000',
      input_cached_tokens: '400',
      input_cache_write_tokens: '100',
      input_uncached_tokens: '500',
      input_text_tokens: '400',
      input_cached_text_tokens: '300',
      input_audio_tokens: '50',
      input_cached_audio_tokens: '50',
      input_image_tokens: '50',
      input_cached_image_tokens: '50',
      output_tokens: '500',
      output_text_tokens: '400',
      output_audio_tokens: '50',
      output_image_tokens: '50',
      num_model_requests: '5',
    };
    const organizations = [
      anOrganization({ provider: 'openai', id: 'org-a', usage: [completion('2026-11-20T05:00:00Z', measures)] }),
    ];
    await collectFrom(await openEmulator({ world: { organizations } }), test.database).backfill(THREE);
    const rows = await prisma.usageData.findMany({ orderBy: { tokenType: 'asc' } });
    expect(Object.fromEntries(rows.map(({ tokenType, quantity }) => [tokenType, quantity.toString()]))).toEqual({
      audio_output_tokens: '50',
      cache_write_input_tokens: '100',
      cached_audio_input_tokens: '50',
      cached_image_input_tokens: '50',
      cached_input_tokens: '300',
      image_output_tokens: '50',
      output_tokens: '400',
      requests: '5',
      uncached_audio_input_tokens: '50',
      uncached_image_input_tokens: '50',
      uncached_input_tokens: '400',
    });
    expect(rows[0]).toMatchObject({
      model: 'gpt-5',
      serviceTier: 'default',
      batch: 'false',
      apiKeyId: 'key_1',
      contextWindow: '',
    });
  });

  it('estimates only what has a price, and never a zero', async () => {
    const tokens = {
      input_tokens: '1000000',
      input_cached_tokens: '400000',
      output_tokens: '10',
      num_model_requests: '5',
    };
    const usage = [
      completion('2026-11-20T05:00:00Z', tokens),
      completion('2026-11-20T06:00:00Z', tokens, { batch: true }),
      completion('2026-11-20T05:00:00Z', tokens, { model: 'gpt-secret' }),
      completion('2026-11-20T05:00:00Z', tokens, { service_tier: 'flex' }),
    ];
    const organizations = [anOrganization({ provider: 'openai', id: 'org-a', usage })];
    await collectFrom(await openEmulator({ world: { organizations } }), test.database).backfill(THREE);
    expect(await estimates()).toEqual([
      'gpt-5, cached input tokens 0.05',
      'gpt-5, cached input tokens · batch 0.025',
      'gpt-5, output tokens 0.0001',
      'gpt-5, output tokens · batch 0.00005',
      'gpt-5, uncached input tokens 0.75',
      'gpt-5, uncached input tokens · batch 0.375',
    ]);
  });

  const messages = (dimensions: Record<string, string>, tokens: string): WorldUsageRow => ({
    at: new Date('2026-11-20T05:00:00Z'),
    endpoint: 'messages',
    dimensions: { workspace_id: 'wrkspc_1', service_tier: 'standard', context_window: '0-200k', ...dimensions },
    measures: { uncached_input_tokens: tokens, output_tokens: '0' },
  });
  const FAST_AND_NOT = [
    messages({ model: 'claude-opus-5', speed: 'standard' }, '3000000'),
    messages({ model: 'claude-opus-5', speed: 'fast' }, '1000000'),
    messages({ model: 'claude-opus-5', speed: 'fast', context_window: '200k-1M' }, '1000000'),
    messages({ model: 'claude-opus-4-6', speed: 'fast' }, '1000000'),
  ];

  it('takes fast mode out of the whole and prices it by itself, or says that it has no price', async () => {
    const organizations = [anOrganization({ provider: 'anthropic', id: 'org-b', usage: FAST_AND_NOT })];
    const collecting = collectFrom(await openEmulator({ world: { organizations } }), test.database);
    await collecting.backfill(THREE);
    expect(await estimates()).toEqual([
      'claude-opus-5, uncached input tokens 15',
      'claude-opus-5, uncached input tokens · 200k-1M · fast 10',
      'claude-opus-5, uncached input tokens · fast 10',
    ]);
    expect(await stored('1d')).toEqual({ '2026-11-20 wrkspc_1 messages tokens': '6000000' });
    const again = await collecting.backfill(THREE);
    expect(again.organizations[0]).toMatchObject({ inserted: 0, updated: 0, deleted: 0, missing: [] });
  });

  it('reads usage as a whole where the provider does not tell by speed, and says so', async () => {
    const organizations = [anOrganization({ provider: 'anthropic', id: 'org-b', usage: FAST_AND_NOT })];
    const emulator = await openEmulator({ world: { organizations }, quirks: { noSpeeds: true } });
    const {
      organizations: [result],
    } = await collectFrom(emulator, test.database).backfill(THREE);
    expect(result).toMatchObject({ status: 'ok', missing: ['messages by speed'] });
    expect(await stored('1d')).toEqual({ '2026-11-20 wrkspc_1 messages tokens': '6000000' });
  });

  const estimates = async () => {
    const rows = await prisma.$queryRaw<{ text: string }[]>`
      SELECT concat_ws(' ', line_item, trim_scale(sum(cost))) AS text FROM cost_data
      WHERE api_version = 'usage_v1' AND bucket_start_time IS NOT NULL GROUP BY line_item`;
    return rows.map(({ text }) => text).sort();
  };

  it('takes a day to money from one width only', async () => {
    const usage = ['02', '05', '23'].map((hour) =>
      completion(`2026-11-20T${hour}:00:00Z`, { input_tokens: '1000000', output_tokens: '0', num_model_requests: '1' }),
    );
    const organizations = [anOrganization({ provider: 'openai', id: 'org-a', usage })];
    const collecting = collectFrom(await openEmulator({ world: { organizations } }), test.database);
    await collecting.backfill(THREE, { width: '1h' });
    expect(await prisma.costData.count()).toBe(3);
    await collecting.backfill(THREE, { width: '1d' });
    expect(await prisma.costData.count()).toBe(1);
    await collecting.backfill(THREE, { width: '1h' });
    expect(await estimates()).toEqual(['gpt-5, uncached input tokens 3.75']);
    expect(await prisma.usageData.count({ where: { tokenType: 'uncached_input_tokens' } })).toBe(4);
  });

  it('replaces what the provider restates, and touches neither bills, legacy rows nor another endpoint', async () => {
    const tokens = { input_tokens: '1000000', output_tokens: '5', num_model_requests: '1' };
    const organization = anOrganization({ provider: 'openai', id: 'org-a' });
    organization.usage = [
      completion('2026-11-20T05:00:00Z', tokens),
      completion('2026-11-20T05:00:00Z', tokens, { model: 'gpt-4o' }),
    ];
    const collecting = collectFrom(await openEmulator({ world: { organizations: [organization] } }), test.database);
    await prisma.project.create({ data: { id: 'legacy', teamId: TEAM, name: 'Old', openaiProjectId: 'proj_1' } });
    const day = startOfDay(parseDay('2026-11-20'));
    const old = { projectId: 'legacy', cost: '9.5', date: day, service: 'gpt' };
    await prisma.costData.create({ data: { id: 'old', ...old } });
    const bucket = {
      bucketStartTime: day,
      bucketEndTime: startOfDay(parseDay('2026-11-21')),
      lineItem: 'gpt-5, input',
      currency: 'USD',
    };
    await prisma.costData.create({
      data: { id: 'bill', projectId: 'legacy', apiVersion: 'costs_v1', cost: '7', ...bucket },
    });

    await collecting.backfill(THREE);
    expect(await prisma.project.findMany()).toMatchObject([
      { id: 'legacy', aiProjectId: 'proj_1', aiOrganizationId: 'org-a' },
    ]);
    organization.usage = [completion('2026-11-20T05:00:00Z', { ...tokens, input_tokens: '1000002' })];
    const outcome = await collecting.backfill(THREE, { acceptRestatement: true });
    expect(outcome.organizations[0]).toMatchObject({ inserted: 0, updated: 1, deleted: 3 });
    expect(await stored('1d')).toEqual({
      '2026-11-20 proj_1 completions requests': '1',
      '2026-11-20 proj_1 completions tokens': '1000007',
    });
    expect(
      await prisma.costData.findMany({ where: { id: { in: ['old', 'bill'] } }, orderBy: { id: 'asc' } }),
    ).toMatchObject([
      { id: 'bill', cost: expect.objectContaining({}) as unknown, apiVersion: 'costs_v1' },
      { id: 'old', bucketStartTime: null, apiVersion: 'usage_v1' },
    ]);
    await collecting.backfill(THREE, { width: 'bills', acceptRestatement: true });
    expect(await estimates()).toHaveLength(2);
  });

  it('keeps estimates that another program made of a day, also when prices change, until the answer is accepted', async () => {
    const organization = anOrganization({ provider: 'openai', id: 'org-a' });
    const tokens = { input_tokens: '1000000', output_tokens: '0', num_model_requests: '1' };
    organization.usage = ['19', '20'].map((day) => completion(`2026-11-${day}T05:00:00Z`, tokens));
    const collecting = collectFrom(await openEmulator({ world: { organizations: [organization] } }), test.database);
    await prisma.project.create({ data: { id: 'theirs', teamId: TEAM, name: 'Old', openaiProjectId: 'proj_1' } });
    const bucket = { bucketStartTime: startOfDay(THREE.since), bucketEndTime: startOfDay(addDays(THREE.since, 1)) };
    await prisma.costData.create({
      data: { id: 'estimate', projectId: 'theirs', cost: '9.5', lineItem: 'gpt', currency: 'USD', ...bucket },
    });
    const span = { ...THREE, since: addDays(THREE.since, -1) };
    for (const _ of [1, 2])
      expect((await collecting.backfill(span)).organizations[0]).toMatchObject({ contradicted: [THREE.since] });
    const own = 'gpt-5, uncached input tokens 1.25';
    expect(await estimates()).toEqual(['gpt 9.5', own]);
    expect(Object.keys(await stored('1d'))).toHaveLength(4);
    await createUsageStore(sql).importPrices(TEAM, []);
    expect(await estimates()).toEqual(['gpt 9.5', own]);
    const accepted = await collecting.backfill(span, { acceptRestatement: true });
    expect(accepted.organizations[0]?.contradicted).toBeUndefined();
    expect(await estimates()).toEqual(['gpt-5, uncached input tokens 2.5']);
  });

  it.runIf(kind === 'postgresql')('makes estimates where a link leaves their usage meanwhile', async () => {
    const organization = anOrganization({ provider: 'openai', id: 'org-a' });
    organization.usage = [
      completion('2026-11-20T05:00:00Z', { input_tokens: '100', output_tokens: '5', num_model_requests: '1' }),
    ];
    const emulator = await openEmulator({ world: { organizations: [organization] } });
    await collectFrom(emulator, test.database).backfill(THREE);
    await prisma.project.create({ data: { id: 'ours', teamId: TEAM, name: 'Ours' } });
    const [before] = await prisma.costData.findMany({ distinct: ['projectId'] });
    const from = before?.projectId ?? '';
    const imported = await prisma.$transaction(
      async (tx) => {
        const { aiProvider, aiOrganizationId, aiProjectId } = await tx.project.findUniqueOrThrow({
          where: { id: from },
        });
        await tx.$executeRaw`SELECT FROM projects WHERE id IN (${from}, 'ours') ORDER BY id FOR UPDATE`;
        const running = createUsageStore(sql).importPrices(TEAM, []);
        await vi.waitFor(async () => {
          const waiting = await tx.$queryRaw<
            unknown[]
          >`SELECT FROM pg_locks WHERE NOT granted AND transactionid IS NOT NULL`;
          expect(waiting).toHaveLength(1);
        }, 30_000);
        await tx.project.update({
          where: { id: from },
          data: { aiProvider: null, aiOrganizationId: null, aiProjectId: null },
        });
        await tx.project.update({ where: { id: 'ours' }, data: { aiProvider, aiOrganizationId, aiProjectId } });
        for (const table of ['usage_data', 'cost_data', 'cost_by_api_key'])
          await tx.$executeRawUnsafe(`UPDATE ${table} SET project_id = 'ours' WHERE project_id = '${from}'`);
        return { running };
      },
      { timeout: 60_000 },
    );
    await imported.running;
    expect(await prisma.costData.findMany({ distinct: ['projectId'], select: { projectId: true } })).toEqual([
      { projectId: 'ours' },
    ]);
  });

  it('refuses an answer that would lose most of what is stored', async () => {
    const organization = anOrganization({ provider: 'openai', id: 'org-a' });
    organization.usage = [
      completion('2026-11-20T05:00:00Z', { input_tokens: '100', output_tokens: '5', num_model_requests: '1' }),
    ];
    const collecting = collectFrom(await openEmulator({ world: { organizations: [organization] } }), test.database);
    await collecting.backfill(THREE);
    const before = await stored('1d');
    organization.usage = [];
    const outcome = await collecting.backfill(THREE);
    expect(outcome.organizations[0]).toMatchObject({ status: 'failed', error: { code: 'shrink' } });
    expect(await stored('1d')).toEqual(before);
    expect(await collecting.backfill(THREE, { acceptRestatement: true })).toMatchObject({ status: 'ok' });
    expect(await stored('1d')).toEqual({});
  });

  it('refuses an answer that would empty a settled day, however little was used on it', async () => {
    const tokens = (count: number) => ({ input_tokens: `${count}`, output_tokens: '0', num_model_requests: '1' });
    const organization = anOrganization({ provider: 'openai', id: 'org-a' });
    const emulator = await openEmulator({ world: { organizations: [organization] } });
    const collecting = collectFrom(emulator, test.database);
    const emptied = async ({ since, until }: typeof THREE) => {
      const large = completion(`${until}T05:00:00Z`, tokens(1_000_000));
      organization.usage = [completion(`${since}T05:00:00Z`, tokens(1)), large];
      await collecting.backfill({ since, until });
      organization.usage = [large];
      return (await collecting.backfill({ since, until })).organizations[0];
    };
    const settled = { since: addDays(TODAY, -40), until: addDays(TODAY, -38) };
    expect(await emptied(settled)).toMatchObject({ status: 'failed', error: { code: 'shrink' } });
    expect(Object.keys(await stored('1d'))).toContain(`${settled.since} proj_1 completions tokens`);
    // Provisional: the provider may still take it back.
    const today = toDay(new Date());
    const provisional = { since: addDays(today, -4), until: addDays(today, -2) };
    expect(await emptied(provisional)).toMatchObject({ status: 'ok' });
  });

  it('takes a day to money from one width when both are written at once', async () => {
    const usage = createUsageStore(sql);
    const at = (hour: number) => new Date(Date.UTC(2026, 10, 20, hour));
    const write = (width: '1d' | '1h', round: number) =>
      usage.writeWindow({
        ...{ provider: 'openai', organizationId: 'org-a', organizationName: 'A', teamId: TEAM, runId: width, width },
        answers: [{ endpoint: 'completions', days: [parseDay('2026-11-20')], refused: [] }],
        requestedAt: new Date(Date.UTC(2026, 10, 22, round)),
        lines: (width === '1d' ? [[0, 24] as const] : [0, 5, 23].map((hour) => [hour, hour + 1] as const)).map(
          ([start, end], _, all) => ({
            ...{ ...NO_DIMENSIONS, model: 'gpt-5', providerProjectId: 'proj_1', endpoint: 'completions' },
            ...{ tokenType: 'uncached_input_tokens', unit: 'tokens', bucketStart: at(start), bucketEnd: at(end) },
            quantity: parseDecimal(`${3_000_000 / all.length}`),
          }),
        ),
        projects: new Map(),
        acceptRestatement: true,
        lease: null,
      });
    for (let round = 0; round < 8; round += 1) {
      await prisma.$executeRaw`TRUNCATE cost_data, usage_data, collected_usage`;
      await Promise.all([write('1h', round), write('1d', round)]);
      expect(await estimates()).toEqual(['gpt-5, uncached input tokens 3.75']);
    }
  });

  it('writes nothing of an organization that is another team’s, as after a move in the middle of a run', async () => {
    const day = parseDay('2026-11-20');
    const write = createUsageStore(sql).writeWindow({
      ...{ ...organizationOf('openai', 'org-a'), teamId: 'team-2', organizationName: 'A', runId: 'r', width: '1d' },
      answers: [{ endpoint: 'images', days: [day], refused: [] }],
      requestedAt: new Date('2026-11-22T00:00:00Z'),
      ...{ lines: [], projects: new Map(), acceptRestatement: false, lease: null },
    });
    await expect(write).rejects.toMatchObject({ code: 'conflict' });
    expect(await prisma.collectedUsage.count()).toBe(0);
  });

  it('counts a day as read once every endpoint was, since the oldest of their last reads, refused ones apart, and by the later request', async () => {
    const usage = createUsageStore(sql);
    const day = parseDay('2026-11-20');
    const at = (hour: number) => new Date(Date.UTC(2026, 10, 22, hour));
    const write = (endpoint: string, hour: number, models: string[] | 'refused') =>
      usage.writeWindow({
        ...{ ...organizationOf('openai', 'org-a'), organizationName: 'A', runId: `${hour}`, width: '1d' as const },
        answers: [{ endpoint, days: models === 'refused' ? [] : [day], refused: models === 'refused' ? [day] : [] }],
        requestedAt: at(hour),
        lines: (models === 'refused' ? [] : models).map((model) => ({
          ...{ ...NO_DIMENSIONS, model, providerProjectId: 'proj_1', endpoint, tokenType: 'images', unit: 'images' },
          ...{ bucketStart: startOfDay(day), bucketEnd: startOfDay(addDays(day, 1)), quantity: parseDecimal('1') },
        })),
        ...{ projects: new Map(), acceptRestatement: true, lease: null },
      });
    const known = () => usage.collectedDays(organizationOf('openai', 'org-a'), '1d', ['completions', 'images']);
    // Refused is not read, whenever that was.
    await write('images', 6, 'refused');
    expect(await known()).toEqual([]);
    await write('completions', 2, ['a']);
    expect(await known()).toEqual([{ day, readAt: at(2), rows: 1, refused: true }]);
    await write('images', 3, ['a']);
    expect(await known()).toEqual([{ day, readAt: at(2), rows: 2, refused: false }]);
    await write('completions', 4, ['a', 'b']);
    expect(await known()).toEqual([{ day, readAt: at(3), rows: 3, refused: false }]);
    const models = async () =>
      (await prisma.usageData.findMany({ orderBy: { model: 'asc' } })).map(({ model }) => model);
    // An answer to an earlier request stays out, though it comes last; one to the same request does not.
    await write('completions', 3, ['c']);
    expect(await known()).toEqual([{ day, readAt: at(3), rows: 3, refused: false }]);
    expect(await models()).toEqual(['a', 'a', 'b']);
    await write('completions', 4, ['c']);
    expect(await known()).toEqual([{ day, readAt: at(3), rows: 2, refused: false }]);
    expect(await models()).toEqual(['a', 'c']);
  });

  it(
    'narrows a start that lies too far back, says so, and keeps what was read while it could be',
    { tags: ['story'] },
    async () => {
      const organizations = worldOf();
      const emulator = await openEmulator({ world: { organizations: organizations.slice(0, 1) } });
      const collecting = collectFrom(emulator, test.database);
      await collecting.backfill({ since: SIXTY.since, until: addDays(SIXTY.since, 9) });
      emulator.quirks.usageLookback = { completions: 45, images: 3 };
      const outcome = await collecting.backfill(SIXTY);
      expect(outcome).toMatchObject({ status: 'ok' });
      expect(outcome.organizations[0]?.narrowed.toSorted((a, b) => (a.endpoint < b.endpoint ? -1 : 1))).toEqual([
        { endpoint: 'completions', since: addDays(TODAY, -45) },
        { endpoint: 'images', since: addDays(TODAY, -3) },
      ]);
      const all = Object.entries(expected(organizations.slice(0, 1), SIXTY.since, SIXTY.until));
      const missing = { completions: addDays(TODAY, -45), images: addDays(TODAY, -3) } as Record<string, string>;
      const readable = all.filter(([key]) => {
        const [day = '', , endpoint = ''] = key.split(' ');
        return day >= (missing[endpoint] ?? '') || day <= addDays(SIXTY.since, 9);
      });
      expect(await stored('1d')).toEqual(Object.fromEntries(readable));
    },
  );

  it('stores the other reports when one does not exist, names it once, and ends well', async () => {
    const organizations = worldOf().slice(0, 1);
    const emulator = await openEmulator({ world: { organizations } });
    const collecting = collectFrom(emulator, test.database);
    emulator.addFault({ fault: { kind: 'odd', answer: 'gone' }, match: { path: '/usage/images' } });
    const outcome = await collecting.backfill(SIXTY);
    expect(outcome).toMatchObject({ status: 'ok', organizations: [{ missing: ['images'], narrowed: [] }] });
    const all = Object.entries(expected(organizations, SIXTY.since, SIXTY.until));
    expect(await stored('1d')).toEqual(Object.fromEntries(all.filter(([key]) => key.split(' ')[2] !== 'images')));
    const days = await createUsageStore(test.database.sql).collectedDays(organizationOf('openai', 'org-a'), '1d', [
      'images',
    ]);
    expect(days.every(({ refused }) => refused)).toBe(true);
  });

  it('stores the other reports when one is refused, and fails naming it', { tags: ['story'] }, async () => {
    const organizations = worldOf().slice(0, 1);
    const emulator = await openEmulator({ world: { organizations } });
    const collecting = collectFrom(emulator, test.database);
    emulator.addFault({ fault: { kind: 'odd', answer: 'plan' }, match: { path: '/usage/images' } });
    const outcome = await collecting.backfill(SIXTY);
    expect(outcome.organizations[0]).toMatchObject({
      status: 'failed',
      error: {
        code: 'forbidden',
        message: expect.stringMatching(/usage of images was not read, the rest is stored/) as string,
      },
    });
    const all = Object.entries(expected(organizations, SIXTY.since, SIXTY.until));
    expect(await stored('1d')).toEqual(Object.fromEntries(all.filter(([key]) => key.split(' ')[2] !== 'images')));
    emulator.clearFaults();
    expect(await collecting.backfill(SIXTY)).toMatchObject({ status: 'ok' });
    expect(await stored('1d')).toEqual(Object.fromEntries(all));
  });

  it('goes on after a limit of requests with the reports that are left, and asks for nothing twice', async () => {
    const organizations = worldOf().slice(0, 1);
    let now = NOON;
    const emulator = await openEmulator({ world: { organizations }, now: () => now });
    emulator.quirks.requestsPerHour = 4;
    const resumedSince = new Date(Date.now() - 1_000);
    const ended: string[] = [];
    while (ended.length < 9 && ended.at(-1) !== 'ok') {
      ended.push((await collectFrom(emulator, test.database).backfill(THREE, { resumedSince })).status);
      now = new Date(now.getTime() + 3_600_000);
    }
    expect(ended).toEqual(['failed', 'failed', 'ok']);
    expect(await stored('1d')).toEqual(expected(organizations, THREE.since, THREE.until));
    const asked = emulator.requests.filter(({ path }) => path.includes('/usage/')).map(({ path }) => path);
    expect(new Set(asked).size).toBe(asked.length);
  });

  it('keeps estimates of hours that were read whole beside days of which an endpoint was refused', async () => {
    const emulator = await openEmulator({ world: { organizations: worldOf().slice(0, 1) } });
    const collecting = collectFrom(emulator, test.database);
    const span = { since: addDays(TODAY, -5), until: addDays(TODAY, -1) };
    const sums = () =>
      test.database.prisma.$queryRaw<{ cost: string }[]>`
        SELECT trim_scale(sum(cost))::text AS cost FROM cost_data WHERE api_version = 'usage_v1'`;
    await collecting.backfill(span, { width: '1h' });
    const before = await sums();
    emulator.quirks.usageLookback = { completions: 2 };
    await collecting.backfill(span);
    expect(await sums()).toEqual(before);
    const days = await createUsageStore(test.database.sql).collectedDays(organizationOf('openai', 'org-a'), '1d', [
      'completions',
    ]);
    expect(days.map(({ refused }) => refused)).toContain(true);
  });
});

function completion(
  at: string,
  measures: Record<string, string>,
  dimensions: WorldUsageRow['dimensions'] = {},
): WorldUsageRow {
  const usual = { project_id: 'proj_1', model: 'gpt-5', batch: false, service_tier: 'default', api_key_id: 'key_1' };
  return { at: new Date(at), endpoint: 'completions', dimensions: { ...usual, ...dimensions }, measures };
}
