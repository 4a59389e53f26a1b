import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { command as exportSpend, type ExportOptions } from '../../src/commands/export.js';
import { command as showReport } from '../../src/commands/report.js';
import { perform } from '../../src/commands/perform.js';
import { createOutput } from '../../src/output/create.js';
import { endOfDay, parseDay, startOfDay } from '../../src/domain/day.js';
import { FOCUS_VERSIONS } from '../../src/domain/export.js';
import { add, formatDecimal, parseDecimal, ZERO } from '../../src/domain/decimal.js';
import type { Report, ReportBasis } from '../../src/domain/report.js';
import type { PrismaClient } from '../../src/generated/prisma/client.js';
import { openParquet } from '../../src/imports/parquet.js';
import { createReportStore } from '../../src/store/spend/report-store.js';
import { createTagStore } from '../../src/store/tags.js';
import { recordContext } from '../helpers/context.js';
import { createTestDatabase, STORY_KINDS, type TestDatabase } from '../helpers/database.js';
import { checkFocus, readFocusRules, type FocusCells } from '../helpers/focus-rules.js';
import { fillPageWorld, TODAY } from '../helpers/page-world.js';
import { bill, TEAM } from '../helpers/spend.js';

const SINCE = parseDay('2026-10-01');
const SPAN = { since: SINCE, until: TODAY };
const NOW = new Date(`${TODAY}T12:00:00Z`);

describe.each(STORY_KINDS)('export on %s', (kind) => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase(kind);
    const { prisma } = test.database;
    await fillPageWorld(prisma);
    await fillQuantities(prisma);
    await createTagStore(prisma).set('team-1', [
      { projectId: 'search', key: 'product', value: 'Search', from: parseDay('1970-01-01') },
      { projectId: 'search', key: 'product', value: '=Find', from: parseDay('2026-11-10') },
      { projectId: 'search', key: 'product', value: null, from: parseDay('2026-11-20') },
    ]);
  });
  afterAll(() => test.drop());

  async function run(format: ExportOptions['format'], options: Partial<ExportOptions> = {}): Promise<string> {
    const recorded = recordContext(test.database, NOW, { json: false });
    await perform(exportSpend, { format, since: SINCE, until: TODAY, ...options }, recorded.context);
    return recorded.text();
  }
  const csv = async (options: Partial<ExportOptions> = {}) => cells(await run('csv', options));
  const focus = async (options: Partial<ExportOptions> = {}) => cells(await run('focus-csv', options));

  it.each<ReportBasis>(['best', 'billed', 'usage'])('adds up to the report to the last digit (%s)', async (basis) => {
    const report = await createReportStore(test.database.sql).run(
      { teamId: TEAM, since: SINCE, until: TODAY, basis, groupBy: ['project', 'day'] },
      TODAY,
    );
    const wanted = sumsOfReport(report);
    expect(wanted.size).toBeGreaterThan(basis === 'usage' ? 0 : 100);
    const lines = (await run('jsonl', { basis })).trim().split('\n');
    const rows = lines.map((line) => JSON.parse(line) as FocusCells);
    expect(sums(rows, 'projectId', 'day', 'currency', 'cost')).toEqual(wanted);
    expect(sums(await csv({ basis }), 'projectId', 'day', 'currency', 'cost')).toEqual(wanted);
    const charges = (await focus({ basis })).map((row) => ({ ...row, day: row.ChargePeriodStart?.slice(0, 10) ?? '' }));
    for (const amount of ['BilledCost', 'EffectiveCost'])
      expect(sums(charges, 'x_ProjectId', 'day', 'BillingCurrency', amount)).toEqual(wanted);
  });

  it('tells the rows as they were, as the report of then adds them up, with what is known of them', async () => {
    const asOf = '2026-11-23T08:00:00Z';
    const report = await createReportStore(test.database.sql).run(
      { ...SPAN, teamId: TEAM, basis: 'billed', groupBy: ['project', 'day'], asOf: new Date(asOf) },
      TODAY,
    );
    const rows = await csv({ asOf });
    expect(sums(rows, 'projectId', 'day', 'currency', 'cost')).toEqual(sumsOfReport(report));
    const of = (item: string) => rows.find(({ lineItem }) => lineItem === item);
    expect(of('counted')).toMatchObject({ cost: '0.4', quantity: '' });
    expect(of('withdrawn')).toMatchObject({ cost: '0.125', projectId: 'labs' });
    expect((await csv()).map(({ lineItem }) => lineItem)).not.toContain('withdrawn');
    const { checked, broken } = checkFocus(await readFocusRules('1.4'), await focus({ asOf, focusVersion: '1.4' }));
    expect([broken, checked.length > 100]).toEqual([[], true]);
    await expect(run('csv', { asOf, basis: 'usage' })).rejects.toThrow(/--as-of does not go with --basis usage/);
  });

  it('writes one JSON document, chosen columns, and months as Parquet with the sums of the database', async () => {
    const documents = JSON.parse(await run('json')) as FocusCells[];
    expect(documents).toEqual(
      (await run('jsonl'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as FocusCells),
    );
    expect((await run('csv', { columns: ['currency', 'cost'] })).split('\r\n')[0]).toBe('currency,cost');

    const folder = await mkdtemp(join(tmpdir(), 'costs-export-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const options: Partial<ExportOptions> = { splitBy: 'month', output: folder };
    await run('focus-parquet', options);
    const found: FocusCells[] = [];
    const columns = ['x_ProjectId', 'BillingPeriodStart', 'BillingCurrency', 'BilledCost'];
    for (const month of ['2026-10', '2026-11']) {
      const path = join(folder, `billing_period=${month}`);
      const name = (await readdir(path)).find((each) => each.endsWith('__part-0001.parquet')) ?? '';
      for await (const batch of (await openParquet(join(path, name), () => columns)).batches)
        for (const cells of batch) {
          const row = Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? '']));
          found.push({ ...row, month });
        }
    }
    const billed = (await focus()).map((row) => ({ ...row, month: row.BillingPeriodStart?.slice(0, 7) ?? '' }));
    const keys = ['x_ProjectId', 'month', 'BillingCurrency', 'BilledCost'] as const;
    expect(sums(found, ...keys)).toEqual(sums(billed, ...keys));
    await expect(run('csv', { ...options, since: parseDay('2026-10-02') })).rejects.toThrow(/is not whole months/);
    await expect(run('csv', { splitBy: 'month' })).rejects.toThrow(/need a folder/);
    await expect(run('parquet', { split: 10_000, output: folder })).rejects.toThrow(/Parquet is none/);
    const { context } = recordContext(test.database, NOW, { json: false });
    context.output.mask = (text) => text.replaceAll('Search', '[secret]');
    const masked = join(folder, 'masked');
    await perform(exportSpend, { format: 'csv', ...SPAN, split: 1_000_000, output: masked }, context);
    const [file = ''] = (await readdir(masked)).filter((name) => name.endsWith('.csv'));
    expect(/Search|\[secret\]/.exec(await readFile(join(masked, file), 'utf8'))?.[0]).toBe('[secret]');
  });

  it('refuses a version of FOCUS for what is none', async () => {
    await expect(run('csv', { focusVersion: '1.4' })).rejects.toThrow(/--focus-version is for FOCUS/);
  });

  it('splits rows by API key where the bill tells it, to the last digit, and chooses them by it', async () => {
    const { prisma } = test.database;
    await prisma.costByApiKey.deleteMany();
    const before = await csv({ basis: 'billed' });
    await prisma.$executeRaw`
      INSERT INTO cost_by_api_key (id, project_id, bucket_start_time, bucket_end_time, source, api_key_id, line_item, currency, model, token_type, service_tier, product, cost, quantity, quantity_unit)
      SELECT gen_random_uuid()::text, project_id, bucket_start_time, bucket_end_time, k.source, k.key, line_item, currency, '', '', '', '', coalesce(k.part, cost_data.cost - 7), 3, 'images'
      FROM cost_data, (VALUES ('bill', 'key_1', 7.5), ('bill', 'key_2', NULL), ('bill rest', '', -0.5)) AS k (source, key, part)
      WHERE id = (SELECT c.id FROM cost_data c JOIN projects p ON p.id = c.project_id WHERE c.api_version = 'costs_v1' AND p.ai_organization_id IS NOT NULL AND c.bucket_start_time > '2026-10-05' ORDER BY c.id LIMIT 1)`;
    await prisma.$executeRaw`
      INSERT INTO api_keys (ai_provider, ai_organization_id, api_key_id, name)
      SELECT p.ai_provider, p.ai_organization_id, 'key_1', 'CI, nightly' FROM cost_by_api_key k JOIN projects p ON p.id = k.project_id LIMIT 1`;
    const after = await csv({ basis: 'billed' });
    expect(after).toHaveLength(before.length + 2);
    const key = ['projectId', 'day', 'currency', 'cost'] as const;
    expect(sums(after, ...key)).toEqual(sums(before, ...key));
    const parts = after.filter(({ apiKeyId }) => apiKeyId !== '');
    expect(parts).toMatchObject([
      { apiKeyId: 'key_1', apiKeyName: 'CI, nightly', cost: '7.5', quantity: '3' },
      { apiKeyId: 'key_2', apiKeyName: '' },
    ]);
    const charges = (await focus()).filter(({ x_ApiKeyId }) => x_ApiKeyId !== '');
    expect(charges).toMatchObject([{ x_ApiKeyName: 'CI, nightly', BilledCost: '7.5' }, { x_ApiKeyId: 'key_2' }]);
    expect(await csv({ basis: 'billed', apiKey: 'CI*' })).toMatchObject([{ apiKeyId: 'key_1', cost: '7.5' }]);
    await expect(csv({ asOf: '2026-11-23', apiKey: 'CI*' })).rejects.toThrow(/is not kept by api-key/);
    expect((await csv({ asOf: '2026-11-23T08:00:00Z' })).map(({ apiKeyId }) => apiKeyId)).not.toContain('key_1');
  });

  it.each(FOCUS_VERSIONS)('breaks no rule of FOCUS %s that a file can be checked against', async (focusVersion) => {
    const rows = await focus({ focusVersion, basis: 'best' });
    const { checked, broken } = checkFocus(await readFocusRules(focusVersion), rows);
    expect(broken).toEqual([]);
    expect(checked.length).toBeGreaterThan(100);
    expect(new Set(rows.map(({ ChargeCategory }) => ChargeCategory))).toEqual(new Set(['Usage', 'Credit']));
  });

  it('takes quantities from the bill, else from usage of the same dimensions, else counts the currency', async () => {
    const rows = await focus({ since: parseDay('2026-11-06'), until: parseDay('2026-11-06') });
    const of = (lineItem: string) => rows.filter((row) => row.x_LineItem === lineItem);
    expect(of('counted')).toMatchObject([
      {
        ConsumedQuantity: '400000',
        ConsumedUnit: 'Tokens',
        PricingQuantity: '400000',
        ListUnitPrice: '0.00000125',
        x_QuantitySource: 'bill',
      },
    ]);
    // The unit stays, whatever the price: a third has no end, and is rounded once.
    expect(of('thirds')).toMatchObject([
      {
        ConsumedQuantity: '3000',
        ConsumedUnit: 'Tokens',
        PricingUnit: 'Tokens',
        ListUnitPrice: '0.000333333333333333',
        ListCost: '0.999999999999999',
        BilledCost: '1',
        x_QuantitySource: 'bill',
      },
    ]);
    expect(of('Claude Haiku Output')).toMatchObject([
      { ConsumedQuantity: '2000', ConsumedUnit: 'Tokens', ListUnitPrice: '0.000005', x_QuantitySource: 'usage' },
    ]);
    // Nobody can tell which of two charges it was.
    for (const row of [...of('Claude Opus a'), ...of('Claude Opus b')])
      expect(row).toMatchObject({ ConsumedQuantity: '2', ConsumedUnit: 'Currency Units', x_QuantitySource: 'cost' });
    expect(of('credit')).toMatchObject([
      {
        ChargeCategory: 'Credit',
        ConsumedQuantity: '',
        ListUnitPrice: '1',
        PricingUnit: 'Currency Units',
        x_QuantitySource: '',
      },
    ]);
  });

  it('carries the tags of each day, months as billing periods, and what stands for an account', async () => {
    const rows = (await focus({ lineItem: 'gpt-5, input' })).filter((row) => row.x_ProjectId === 'search');
    const on = (day: string) => rows.find((row) => row.ChargePeriodStart === `${day}T00:00:00Z`);
    expect(on('2026-10-31')).toMatchObject({
      Tags: '{"product":"Search"}',
      BillingPeriodStart: '2026-10-01T00:00:00Z',
      BillingPeriodEnd: '2026-11-01T00:00:00Z',
      ChargePeriodEnd: '2026-11-01T00:00:00Z',
      BillingAccountId: 'org-1',
      BillingAccountName: 'Prod',
      SubAccountId: 'proj_search',
      SubAccountName: 'Search',
      SubAccountType: 'Project',
      x_Estimated: 'false',
    });
    expect(on('2026-11-10')?.Tags).toBe('{"product":"=Find"}');
    expect(on('2026-11-20')?.Tags).toBe('');
    const tagged = await csv({ tag: [{ key: 'product', value: '=Find' }] });
    expect(new Set(tagged.map(({ day }) => day)).size).toBe(10);
    // No invoice has what was estimated: it is in the file where it was asked for, and says so.
    expect((await focus()).filter((row) => row.x_Estimated === 'true')).toEqual([]);
    const best = await focus({ basis: 'best' });
    expect(best.find((row) => row.x_ProjectId === 'old')).toMatchObject({ x_Estimated: 'true' });
  });

  it('shows text that a spreadsheet would run as text, and leaves amounts alone', async () => {
    await test.database.prisma.project.update({ where: { id: 'labs' }, data: { name: '=HYPERLINK("x")' } });
    const rows = await csv();
    expect(rows.find((row) => row.projectId === 'labs')?.project).toBe(`'=HYPERLINK("x")`);
    expect(rows.find((row) => row.lineItem === 'credit')?.cost).toMatch(/^-0\./);
    expect((await focus()).find((row) => row.x_ProjectId === 'labs')?.SubAccountName).toBe(`'=HYPERLINK("x")`);
    await test.database.prisma.project.update({ where: { id: 'labs' }, data: { name: 'Labs' } });
  });

  it('tells beside the rows which days they do not hold, as a report as CSV and as Markdown does', async () => {
    const { context, text } = recordContext(test.database, NOW, { json: false });
    const notes: string[] = [];
    context.output.note = (line) => void notes.push(line);
    const told = /× Never read: .* 17–18 Nov.*: a gap, not zero\. {2}→ costs status/;
    await perform(exportSpend, { format: 'csv', ...SPAN }, context);
    expect(notes.splice(0).join('\n')).toMatch(told);
    await perform(showReport, { format: 'csv', ...SPAN }, context);
    expect(notes.splice(0).join('\n')).toMatch(told);
    expect(text()).not.toContain('Never read');
    await perform(showReport, { format: 'markdown', ...SPAN }, context);
    expect([notes, text()]).toEqual([[], expect.stringMatching(told)]);
  });

  it('ends when it is interrupted, and writes nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'costs-export-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { context } = recordContext(test.database, NOW, { json: false });
    const interrupted = { ...context, signal: AbortSignal.abort() };
    const options: ExportOptions = { format: 'csv', since: SINCE, until: TODAY, output: join(folder, 'out.csv') };
    await expect(perform(exportSpend, options, interrupted)).rejects.toMatchObject({ code: 'interrupted' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('writes a file whole or leaves the one before', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'costs-export-'));
    const file = join(folder, 'out.csv');
    await writeFile(file, 'before');
    const { context } = recordContext(test.database, NOW, { json: false });
    const output = createOutput({ quiet: true, noColor: true, ci: true });
    const options: ExportOptions = { format: 'csv', since: SINCE, until: TODAY, output: file };
    const store = await context.store();
    const failing = {
      read: async (...[query, take]: Parameters<typeof store.exports.read>) =>
        store.exports.read(query, async (rows) => {
          await take(rows);
          throw new Error('The line went dead.');
        }),
    };
    const broken = { ...context, output, store: () => Promise.resolve({ ...store, exports: failing }) };
    await expect(perform(exportSpend, options, broken)).rejects.toThrow('The line went dead.');
    expect(await readFile(file, 'utf8')).toBe('before');
    await perform(exportSpend, options, { ...context, output });
    expect(await readFile(file, 'utf8')).toBe(await run('csv'));
    expect(await readdir(folder)).toEqual(['out.csv']);
    await rm(folder, { recursive: true });
  });
});

function cells(text: string): FocusCells[] {
  return parse<FocusCells>(text, { columns: true });
}

function sums(rows: readonly FocusCells[], ...[project, day, currency, cost]: [string, string, string, string]) {
  const found = new Map<string, ReturnType<typeof parseDecimal>>();
  for (const row of rows) {
    const key = `${row[project]} ${row[day]} ${row[currency]}`;
    found.set(key, add(found.get(key) ?? ZERO, parseDecimal(row[cost] ?? '')));
  }
  return new Map([...found].map(([key, sum]) => [key, formatDecimal(sum)]));
}

function sumsOfReport({ rows }: Report): Map<string, string> {
  const priced = rows.filter((row) => row.cost !== null);
  return sums(priced as unknown as FocusCells[], 'projectId', 'day', 'currency', 'cost');
}

/** A day with quantities of each kind. */
async function fillQuantities(prisma: PrismaClient): Promise<void> {
  const day = '2026-11-06';
  await bill(prisma, 'labs', day, '0.5', { lineItem: 'counted', quantity: '400000', quantityUnit: 'tokens' });
  await bill(prisma, 'labs', day, '1', { lineItem: 'thirds', quantity: '3', quantityUnit: '1000_tokens' });
  const dimensions = { tokenType: 'output_tokens', serviceTier: 'standard', contextWindow: '0-200k' };
  // Since eight in the morning one of them was changed, and another taken back.
  const restated = {
    projectId: 'labs',
    apiVersion: 'costs_v1',
    currency: 'USD',
    cause: 'provider',
    runId: 'run-1',
  } as const;
  const bucket = { bucketStartTime: startOfDay(parseDay(day)), bucketEndTime: endOfDay(parseDay(day)) };
  const recordedAt = new Date('2026-11-23T10:00:00Z');
  await prisma.restatement.createMany({
    data: [
      { ...restated, ...bucket, recordedAt, lineItem: 'counted', oldCost: '0.4', newCost: '0.5' },
      { ...restated, ...bucket, recordedAt, lineItem: 'withdrawn', oldCost: '0.125', newCost: null },
    ],
  });
  const used = [
    ['Claude Haiku Output', 'claude-haiku', '0.01'],
    ['Claude Opus a', 'claude-opus', '2'],
    ['Claude Opus b', 'claude-opus', '2'],
  ] as const;
  for (const [lineItem, model, cost] of used)
    await bill(prisma, 'assistant', day, cost, { lineItem, model, ...dimensions });
  await prisma.collectedUsage.create({
    data: {
      aiProvider: 'anthropic',
      aiOrganizationId: 'org-3',
      bucketWidth: '1d',
      endpoint: 'messages',
      day: startOfDay(parseDay(day)),
      readAt: NOW,
      rows: 2,
      runId: 'run-1',
    },
  });
  await prisma.usageData.createMany({
    data: [
      ['claude-haiku', '1500', 'key-1'],
      ['claude-haiku', '500', 'key-2'],
      ['claude-opus', '700', 'key-1'],
    ].map(([model = '', quantity = '', apiKeyId = '']) => ({
      id: `${model} ${apiKeyId}`,
      projectId: 'assistant',
      bucketWidth: '1d',
      bucketStartTime: startOfDay(parseDay(day)),
      bucketEndTime: endOfDay(parseDay(day)),
      endpoint: 'messages',
      unit: 'tokens',
      batch: '',
      inferenceGeo: '',
      detail: '',
      model,
      quantity,
      apiKeyId,
      ...dimensions,
    })),
  });
}
