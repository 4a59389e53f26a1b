import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseDay, toDay } from '../../src/domain/day.js';
import { formatDecimal } from '../../src/domain/decimal.js';
import type { FocusImportRequest } from '../../src/domain/focus-import.js';
import { describeCoverage } from '../../src/domain/report-coverage.js';
import { checkOrganizations } from '../../src/commands/doctor/organizations.js';
import type { Context } from '../../src/context.js';
import { selectOrganizations } from '../../src/library/organizations.js';
import { importFocus } from '../../src/library/import-focus.js';
import { fileProvider } from '../../src/providers/file-list.js';
import { readFocusFiles } from '../../src/imports/read.js';
import { openTable } from '../../src/imports/tables.js';
import { createStore } from '../../src/store/store.js';
import { useTestDatabase } from '../helpers/database.js';
import { organizationOf } from '../helpers/organization.js';
import { workplaceOf } from '../helpers/workplace.js';

const ROW = {
  BilledCost: '1',
  BillingCurrency: 'USD',
  BillingAccountId: 'payer-1',
  BillingPeriodStart: '2026-10-01T00:00:00Z',
  BillingPeriodEnd: '2026-11-01T00:00:00Z',
  ChargePeriodStart: '2026-10-05T13:00:00Z',
  ChargePeriodEnd: '2026-10-05T14:00:00Z',
  ChargeCategory: 'Usage',
  ChargeClass: '',
  ServiceName: 'Amazon Bedrock',
  SubAccountId: 'team, "one"',
  SkuMeter: 'InputTokens',
  Tags: '{"product":"search"}',
  ConsumedQuantity: '',
  ConsumedUnit: '',
  ProviderName: 'AWS',
};
type Row = Partial<
  Record<
    | keyof typeof ROW
    | 'Odd'
    | 'ListCost'
    | 'SkuId'
    | 'BillingAccountType'
    | 'SkuPriceDetails'
    | 'ChargeDescription'
    | 'x_Labels'
    | 'InvoiceIssuerName'
    | 'ServiceProviderName',
    string
  >
>;

const quote = (value: string) => `"${value.replaceAll('"', '""')}"`;
const csv = (rows: Row[], columns = Object.keys(ROW)) =>
  [columns, ...rows.map((row) => columns.map((column) => ({ ...ROW, ...row })[column as keyof typeof ROW]))]
    .map((values) => values.map(quote).join(','))
    .join('\r\n');

async function folder(files: Record<string, string | Buffer>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'costs-focus-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(path, name, '..'), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return path;
}

const asked = (path: string, more: Partial<FocusImportRequest> = {}): FocusImportRequest => ({
  paths: [path],
  only: 'ai',
  services: [],
  projectBy: 'sub-account',
  dryRun: false,
  acceptRestatement: false,
  ...more,
});
const signal = new AbortController().signal;
const read = async (files: Record<string, string | Buffer>, more: Partial<FocusImportRequest> = {}) =>
  readFocusFiles(asked(await folder(files), more), signal);
const COLUMNS_WITH_LIST_COST = [...Object.keys(ROW), 'ListCost'];
/** What reading them leaves in memory. */
async function hold(path: string): Promise<{ lines: number; bytes: number }> {
  v8.setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const { periods } = await readFocusFiles(asked(path), signal);
  collectGarbage();
  const bytes = process.memoryUsage().heapUsed - before;
  return { lines: periods.reduce((count, { lines }) => count + lines.length, 0), bytes };
}
const linesOf = ({ periods }: Awaited<ReturnType<typeof readFocusFiles>>) =>
  periods.flatMap(({ lines }) =>
    lines.map(({ bucketStart, providerProjectId, lineItem, cost }) => [
      toDay(bucketStart),
      providerProjectId,
      lineItem,
      formatDecimal(cost),
    ]),
  );

describe('FOCUS files', () => {
  it('add hours up to days, to the last digit, whatever the format and however it is compressed', async () => {
    const rows = [{ BilledCost: '0.1234567890123456789' }, { BilledCost: '1e-20' }];
    const expected = [['2026-10-05', 'team, "one"', 'Amazon Bedrock · InputTokens', '0.12345678901234567891']];
    expect(linesOf(await read({ 'a.csv': `\ufeff${csv(rows)}` }))).toEqual(expected);
    expect(linesOf(await read({ 'a.csv.gz': gzipSync(csv(rows)) }))).toEqual(expected);
    const json = rows.map((row) =>
      JSON.stringify({ ...ROW, ...row }).replace(/"BilledCost":"([^"]+)"/, '"BilledCost":$1'),
    );
    expect(linesOf(await read({ 'a.jsonl': json.join('\n') }))).toEqual(expected);
    const nulls = rows.map((row) => ({ ...row, ChargeClass: '\\N', ConsumedQuantity: '\\N', ConsumedUnit: 'NULL' }));
    expect(linesOf(await read({ 'a.csv': csv(nulls) }))).toEqual(expected);
  });

  it('keep no control character of any column, which a database refuses or a terminal obeys', async () => {
    const odd = 'a\u0000b\u001b]0;x\u0007\u202ec';
    const { periods } = await read({
      'a.csv': csv([{ SkuMeter: odd, SubAccountId: odd, ConsumedUnit: odd, ConsumedQuantity: '1', ChargeClass: odd }]),
    });
    expect(periods[0]?.lines).toMatchObject([
      {
        ...{ lineItem: 'Amazon Bedrock · a b ]0;x  c · A b ]0;x  c', quantityUnit: 'a b ]0;x  c' },
        providerProjectId: 'a b ]0;x  c',
      },
    ]);
  });

  it('keep a charge of another month on the first day of its billing period, and say of which it is', async () => {
    const rows = [
      { ChargePeriodStart: '2026-09-20T00:00:00Z', ChargePeriodEnd: '2026-09-21T00:00:00Z' },
      { ChargePeriodStart: '2026-09-20T00:00:00Z', ChargePeriodEnd: '2026-10-20T00:00:00Z', SkuMeter: 'Wide' },
    ];
    expect(linesOf(await read({ 'a.csv': csv(rows) })).map(([day, , item]) => [day, item])).toEqual([
      ['2026-10-01', 'Amazon Bedrock · InputTokens · 2026-09'],
      ['2026-10-01', 'Amazon Bedrock · Wide'],
    ]);
  });

  it('of months that begin at midnight in California, and name their last day for their end, stand on days of their own', async () => {
    const month = {
      ...{ BillingPeriodStart: '2026-10-01 07:00:00 UTC', BillingPeriodEnd: '2026-10-31 07:00:00 UTC' },
      ...{ ChargeCategory: 'usage', ProviderName: 'Google Cloud', ServiceName: 'Vertex AI' },
    };
    const at = (start: string) => ({ ...month, ChargePeriodStart: start, ChargePeriodEnd: start });
    const found = await read({
      'a.csv': csv([at('2026-10-31T20:00:00Z'), at('2026-11-01T03:00:00Z'), at('2026-10-01T09:00:00Z')]),
    });
    expect(found.periods).toMatchObject([{ provider: 'gcp', since: '2026-10-01', until: '2026-10-31' }]);
    expect(linesOf(found).map(([day, , item, cost]) => [day, item, cost])).toEqual([
      ['2026-10-31', 'Vertex AI · InputTokens', '2'],
      ['2026-10-01', 'Vertex AI · InputTokens', '1'],
    ]);
  });

  it('of months that begin at midnight in Shanghai stand on days of their own', async () => {
    const month = { BillingPeriodStart: '2026-10-01T00:00:00+08:00', BillingPeriodEnd: '2026-11-01T00:00:00+08:00' };
    const days = ['2026-10-01T01:00:00+08:00', '2026-10-01T12:00:00+08:00', '2026-10-31T23:00:00+08:00'];
    const found = await read({
      'a.csv': csv(days.map((day) => ({ ...month, ChargePeriodStart: day, ChargePeriodEnd: day }))),
    });
    expect(found.periods).toMatchObject([{ since: '2026-10-01', until: '2026-10-31' }]);
    expect(linesOf(found).map(([day, , item, cost]) => [day, item, cost])).toEqual([
      ['2026-10-01', 'Amazon Bedrock · InputTokens', '2'],
      ['2026-10-31', 'Amazon Bedrock · InputTokens', '1'],
    ]);
  });

  it('of a period that its rows end at different days are of all of these', async () => {
    const { periods } = await read({
      'a.csv': csv([
        { BillingPeriodEnd: '2026-10-10T00:00:00Z' },
        { ChargePeriodStart: '2026-10-20T00:00:00Z', ChargePeriodEnd: '2026-10-21T00:00:00Z' },
      ]),
    });
    expect(periods).toMatchObject([{ since: '2026-10-01', until: '2026-10-31' }]);
  });

  it('are refused where two periods of an account share days, as either would replace those of the other', async () => {
    const later = { BillingPeriodStart: '2026-10-15T00:00:00Z', BillingPeriodEnd: '2026-11-15T00:00:00Z' };
    await expect(read({ 'a.csv': csv([later, {}]) })).rejects.toMatchObject({
      code: 'conflict',
      message: 'Two billing periods of payer-1 share days: 1–31 Oct 2026 and 15 Oct – 14 Nov 2026.',
    });
    const others = await read({ 'a.csv': csv([{ ...later, BillingAccountId: 'payer-2' }, {}]) });
    expect(others.periods).toHaveLength(2);
  });

  it('without a manifest are as old as each is: an older file knows nothing of the days behind it', async () => {
    const november = { BillingPeriodStart: '2026-11-01T00:00:00Z', BillingPeriodEnd: '2026-12-01T00:00:00Z' };
    const day = { ChargePeriodStart: '2026-11-05T00:00:00Z', ChargePeriodEnd: '2026-11-06T00:00:00Z' };
    const path = await folder({ 'a.csv': csv([{ ...november, ...day }]), 'b.csv': csv([{}]), 'c.csv': csv([{}]) });
    const times = { 'a.csv': '2026-11-10', 'b.csv': '2026-11-25', 'c.csv': '2026-11-20' };
    for (const [name, at] of Object.entries(times)) await utimes(join(path, name), new Date(at), new Date(at));
    const { periods } = await readFocusFiles(asked(path), signal);
    expect(periods.map(({ since, lastDay, delivery }) => [since, lastDay, toDay(delivery.deliveredAt)])).toEqual([
      ['2026-11-01', '2026-11-10', '2026-11-10'],
      ['2026-10-01', '2026-11-25', '2026-11-25'],
    ]);
  });

  it('of Vercel name no account, which is asked for, and are of the days that they have, with projects from tags', async () => {
    const charge = (day: string, project: string | null, more = {}) =>
      JSON.stringify({
        ...{ BilledCost: 1.5, BillingCurrency: 'USD', ChargeCategory: 'Usage', ServiceName: 'AI Gateway' },
        ...{ ChargePeriodStart: `${day}T07:00:00.000Z`, ServiceProviderName: 'Vercel' },
        Tags: project === null ? {} : { ProjectId: `prj_${project}`, ProjectName: project },
        ...more,
      });
    const files = {
      'a.jsonl': [
        charge('2026-10-30', 'web', { ServiceName: 'Build Minutes' }),
        charge('2026-10-31', null),
        charge('2026-11-02', 'web'),
      ].join('\n'),
    };
    const found = await read(files, { account: 'team_1' });
    expect(found.periods).toMatchObject([
      { provider: 'vercel', account: 'team_1', since: '2026-10-30', until: '2026-10-31' },
      { since: '2026-11-02', until: '2026-11-02', lines: [{ providerProjectName: 'web' }] },
    ]);
    expect(linesOf(found)).toEqual([
      ['2026-10-31', 'unassigned', 'AI Gateway', '1.5'],
      ['2026-11-02', 'prj_web', 'AI Gateway', '1.5'],
    ]);
    const { BillingAccountId: _, BillingPeriodStart: __, BillingPeriodEnd: ___, SubAccountId: ____, ...columns } = ROW;
    const row = { ServiceName: 'AI Gateway', Tags: '{"ProjectId":"prj_web"}', ProviderName: 'Vercel', SkuMeter: '' };
    const asCsv = await read({ 'a.csv': csv([row], Object.keys(columns)) }, { account: 'team_1' });
    expect(linesOf(asCsv)).toEqual([['2026-10-05', 'prj_web', 'AI Gateway', '1']]);
    // Whatever makes all columns of FOCUS of them has said which project it is, or left that to the tags.
    expect(linesOf(await read({ 'a.csv': csv([row]) }))).toEqual([['2026-10-05', 'team, "one"', 'AI Gateway', '1']]);
    const empty = { ...row, SubAccountId: '' };
    for (const file of [
      { 'a.csv': csv([empty]) },
      { 'a.jsonl': JSON.stringify({ ...ROW, ...empty, SubAccountId: null }) },
    ])
      expect(linesOf(await read(file))).toEqual([['2026-10-05', 'prj_web', 'AI Gateway', '1']]);
    await expect(read(files)).rejects.toMatchObject({
      message: expect.stringContaining('files of Vercel do not say whose they are') as string,
      hint: expect.stringContaining('--account ID') as string,
    });
  });

  it('of Google’s view tell projects by an object: what they call a sub-account is the billing account', async () => {
    const google = { ...ROW, ServiceName: 'Vertex AI', ProviderName: 'Google Cloud', SubAccountId: 'payer-1' };
    const rows = [{ id: 'search-1', name: 'Search' }, { id: null }].map((project) =>
      JSON.stringify({ ...google, x_Project: project }),
    );
    const { periods } = await read({
      'a.jsonl': [...rows, JSON.stringify(google)].join('\n'),
    });
    expect(
      periods.flatMap(({ lines }) => lines.map((line) => [line.providerProjectId, line.providerProjectName])),
    ).toEqual([
      ['search-1', 'Search'],
      ['unassigned', null],
      ['payer-1', null],
    ]);
  });

  it('keep models apart that a meter does not name, and what the price of a SKU does', async () => {
    const rows = ['{"ModelId":"atlas-5.5","Tier":1}', '{"x_ModelId": "atlas-5"}', 'no JSON, such as {"ModelId":7}'].map(
      (SkuPriceDetails) => ({ SkuPriceDetails, ServiceName: 'Solora API' }),
    );
    const named = { SkuMeter: 'atlas-5 input', SkuPriceDetails: '{"ModelId":"atlas-5"}' };
    const found = await read(
      { 'a.csv': csv([...rows, named], [...Object.keys(ROW), 'SkuPriceDetails']) },
      { only: 'all' },
    );
    expect(found.periods.flatMap(({ lines }) => lines.map(({ lineItem, model }) => [lineItem, model]))).toEqual([
      ['Solora API · InputTokens · atlas-5.5', 'atlas-5.5'],
      ['Solora API · InputTokens · atlas-5', 'atlas-5'],
      ['Solora API · InputTokens', null],
      ['Amazon Bedrock · atlas-5 input', 'atlas-5'],
    ]);
  });

  it.each([
    ['azure', 'gpt 4o 0513 Input global Tokens', 'gpt-4o-0513'],
    ['azure', 'gpt-4o-0806-Inp-glbl Tokens', 'gpt-4o-0806'],
    ['azure', 'gpt 4o 0806 cached Inp glbl Tokens', 'gpt-4o-0806'],
    ['azure', 'gpt-4o-0806-cached-FT-inp-glbl Tokens', 'gpt-4o-0806'],
    ['azure', 'gpt-4o-0806-FT-Hstng-glbl Unit', 'gpt-4o-0806'],
    ['azure', 'gpt 4.1 mini dev ft training glbl Tokens', 'gpt-4.1-mini'],
    ['azure', 'gpt-5-codex-ccchd-inp-glbl Tokens', 'gpt-5-codex'],
    ['azure', '6-sol ShortCo Cd Wr Std Gl', '6-sol'],
    ['azure', 'gpt-4o-mini-0718-Inp-glbl Tokens', 'gpt-4o-mini-0718'],
    ['azure', 'gpt-4-8K-Batch-Outp-glbl Tokens', 'gpt-4-8k'],
    ['azure', 'GPT 5 cchd Inpt Glbl 1M Tokens', 'gpt-5'],
    ['azure', 'GPT 5 outpt Glbl 1M Tokens', 'gpt-5'],
    ['azure', 'GPT 5.1 cd inp Gl 1M Tokens', 'gpt-5.1'],
    ['azure', 'V4 Pro cached glbl Tokens', 'v4-pro'],
    ['azure', 'S1 Speech To Text', null],
    ['aws', 'USE1-NovaLite-input-tokens', 'NovaLite'],
    ['aws', 'USE1-Nova2.0Lite-cache-read-input-token-count', 'Nova2.0Lite'],
    ['aws', 'USW2-openai.gpt-oss-120b-mantle-output-tokens-standard', 'openai.gpt-oss-120b'],
    ['aws', 'USE1-MP:USE1_input_tokens_global_standard-Units', null],
    ['gcp', ' Gemini 2.5 Flash Lite Input Text Caching', 'Gemini 2.5 Flash Lite'],
    ['gcp', 'Gemini 2.0 Flash Image Input - Predictions', 'Gemini 2.0 Flash'],
    ['gcp', 'Generate content cached input token count gemini 2.5 flash input image', 'Gemini 2.5 Flash'],
    ['gcp', 'Generate content input token count gemini 3.7 flash image flex caching', 'Gemini 3.7 Flash Image'],
    ['gcp', 'Claude Opus 4.5 Input Tokens', 'Claude Opus 4.5'],
  ])('of %s name the model of %s', (provider, meter, model) => {
    expect(fileProvider(provider).files.readModel('', meter)).toBe(model);
  });

  it('of Google’s view tell a SKU by its description, and corrections in small letters', async () => {
    const rows = [
      { ProviderName: 'Google Cloud', ServiceName: 'Vertex AI', ChargeDescription: 'Gemini 2.5 Pro Text Input' },
      { ProviderName: 'AWS', ChargeDescription: '$3 per million' },
    ].map((row) => ({ ...row, SkuMeter: '', SkuId: '9D3E', ChargeClass: 'correction' }));
    const found = await read({ 'a.csv': csv(rows, [...Object.keys(ROW), 'SkuId', 'ChargeDescription']) });
    expect(found.periods.flatMap(({ lines }) => lines.map(({ lineItem, model }) => [lineItem, model]))).toEqual([
      ['Vertex AI · Gemini 2.5 Pro Text Input · Correction', 'Gemini 2.5 Pro'],
      ['Amazon Bedrock · 9D3E · Correction', null],
    ]);
  });

  it('are of the company that sends the bill, whoever provides what its marketplace sells', async () => {
    const columns = [...Object.keys(ROW), 'InvoiceIssuerName', 'ServiceProviderName'];
    const rows = [
      ['Amazon Web Services, Inc.', 'Anthropic, PBC', 'aws'],
      ['A reseller', 'Microsoft', 'azure'],
      ['Oracle America', 'Oracle', 'focus'],
    ].map(([issuer, seller, provider]) => [
      { ProviderName: '', InvoiceIssuerName: issuer, ServiceProviderName: seller, BillingAccountId: provider },
      provider,
    ]);
    const { periods } = await read({ 'a.csv': csv(rows.map(([row]) => row) as Row[], columns) });
    expect(periods.map(({ provider }) => provider)).toEqual(rows.map(([, provider]) => provider));
  });

  it('that are named twice, or by a link, count once', async () => {
    const path = await folder({ 'a/october.csv': csv([{}]) });
    await symlink('october.csv', join(path, 'a', 'latest.csv'));
    await symlink(join(path, 'a', 'october.csv'), join(path, 'other.csv'));
    const paths = [path, join(path, 'a'), join(path, 'a/../a/october.csv'), join(path, 'other.csv')];
    const found = await readFocusFiles({ ...asked(path), paths }, signal);
    expect([found.files, ...linesOf(found).map(([, , , cost]) => cost)]).toEqual([1, '1']);
  });

  it('are one line where they differ in amounts and hours only, and apart where anything else that is read differs', async () => {
    const apart: Row[] = [
      {},
      { ConsumedQuantity: '2', ConsumedUnit: 'tokens', SkuMeter: 'Output' },
      { ConsumedQuantity: '', ConsumedUnit: 'tokens', SkuMeter: 'Output' },
      { SkuMeter: '' },
      { SubAccountId: 'two' },
      { ServiceName: 'Amazon SageMaker' },
      { BillingCurrency: 'EUR' },
      { BillingAccountId: 'payer-2' },
      { ChargePeriodStart: '2026-10-06T00:00:00Z', ChargePeriodEnd: '2026-10-06T01:00:00Z' },
      { ChargePeriodStart: '2026-10-05T23:30:00-01:00', ChargePeriodEnd: '2026-10-06T01:00:00Z' },
    ];
    const again = apart.map((row) => ({
      ChargePeriodStart: '2026-10-05T00:00:00Z',
      ...row,
      BilledCost: '0.5',
      Tags: '{}',
    }));
    const { periods } = await read({ 'a.csv': csv([...apart, ...again]) });
    const lines = periods.flatMap(({ lines: each }) => each);
    expect(lines.map(({ cost }) => formatDecimal(cost))).toEqual(['1.5', '3', '1.5', '1.5', '1.5', '1.5', '3', '1.5']);
    expect(lines[1]).toMatchObject({ quantity: null, quantityUnit: null });
  });

  it('leave nothing of their text in memory but what their lines say', async () => {
    const rows = Array.from({ length: 300 }, (_, row) => ({
      SubAccountId: `0f5c8a1e-77aa-4e7b-9d3f-${row}`,
      ChargePeriodStart: `2026-10-05T13:00:00.${row}Z`,
      Tags: 'x'.repeat(100_000),
    }));
    const { lines, bytes } = await hold(await folder({ 'a.csv': csv(rows) }));
    expect(bytes).toBeLessThan(10_000_000);
    expect(lines).toBe(300);
  });

  it('need little memory for each of many lines, which share what they say alike', async () => {
    const rows = Array.from({ length: 8_000 }, (_, row) => ({
      ChargePeriodStart: `2026-10-${String(1 + (row % 25)).padStart(2, '0')}T13:00:00Z`,
      SubAccountId: `0f5c8a1e-77aa-4e7b-9d3f-${Math.floor(row / 25) % 40}`,
      SkuMeter: `USE1-Claude-input-token-count-${Math.floor(row / 1_000)}`,
      BilledCost: `${row}.123`,
      ListCost: `${row}.5`,
      ConsumedQuantity: `${row}`,
      ConsumedUnit: 'tokens',
    }));
    // The first time, what reads them is loaded.
    await hold(await folder({ 'a.csv': csv(rows.slice(0, 10), COLUMNS_WITH_LIST_COST) }));
    const { lines, bytes } = await hold(await folder({ 'a.csv': csv(rows, COLUMNS_WITH_LIST_COST) }));
    expect(lines).toBe(8_000);
    expect(bytes / lines).toBeLessThan(500);
  });

  it('keep credits and corrections apart, and projects by tag where that is asked for', async () => {
    const rows = [
      { ChargeCategory: 'Credit', BilledCost: '-1' },
      { ChargeClass: 'Correction', BilledCost: '2' },
    ];
    expect(linesOf(await read({ 'a.csv': csv(rows) }, { projectBy: { tag: 'product' } }))).toEqual([
      ['2026-10-05', 'search', 'Amazon Bedrock · InputTokens · Credit', '-1'],
      ['2026-10-05', 'search', 'Amazon Bedrock · InputTokens · Correction', '2'],
    ]);
  });

  it('tell projects by tags that are numbers or truth values, and of none by what is no pair', async () => {
    const tags = [
      '{"product":12345678901234567890}',
      '{"product":true}',
      '{"product":null}',
      '[null,5]',
      '5',
      '"product"',
    ];
    const rows = tags.map((Tags) => ({ Tags }));
    const told = linesOf(await read({ 'a.csv': csv(rows) }, { projectBy: { tag: 'product' } }));
    expect(told.map(([, project]) => project)).toEqual(['12345678901234567890', 'true', 'unassigned']);
  });

  it('of Google tell projects by labels too; where there is neither tag nor label, a tag is refused', async () => {
    const projectBy = { tag: 'product' };
    const columns = Object.keys(ROW).filter((column) => column !== 'Tags');
    const rows = [{ x_Labels: '[{"key":"product","value":"search"}]' }, { x_Labels: '' }];
    const labelled = await read({ 'a.csv': csv(rows, [...columns, 'x_Labels']) }, { projectBy });
    expect(linesOf(labelled).map(([, project]) => project)).toEqual(['search', 'unassigned']);
    await expect(read({ 'a.csv': csv([{}], columns) }, { projectBy })).rejects.toMatchObject({
      code: 'contract',
      message: expect.stringContaining('no column Tags or x_Labels') as string,
    });
  });

  it('of Azure have no list cost where they say 0, as it does for what has no price', async () => {
    const listed = async (ProviderName: string, ServiceName: string) => {
      const rows: Row[] = ['0', '0.0', '2'].map((ListCost, index) => ({ ListCost, SkuMeter: `${index}` }));
      const free = { ListCost: '0', BilledCost: '0', SkuMeter: 'free' };
      const all = [...rows, free].map((row) => ({ ...row, ProviderName, ServiceName }));
      const { periods } = await read({ 'a.csv': csv(all, [...Object.keys(ROW), 'ListCost']) });
      return periods[0]?.lines.map(({ listCost = null }) => (listCost === null ? null : formatDecimal(listCost)));
    };
    expect(await listed('Microsoft', 'Azure OpenAI')).toEqual([null, null, '2', '0']);
    expect(await listed('AWS', 'Amazon Bedrock')).toEqual(['0', '0', '2', '0']);
  });

  it('of JSON lines may leave out a column in any row, and name it in a later one', async () => {
    const { ConsumedUnit: _, SkuMeter: __, ...bare } = ROW;
    const { ServiceName: ___, ...unnamed } = { ...bare, ServiceCategory: 'AI and Machine Learning' };
    const many = Array.from({ length: 2_500 }, () => unnamed);
    const found = await read({ 'a.jsonl': [...many, { ...ROW, Odd: 1 }].map((row) => JSON.stringify(row)).join('\n') });
    expect(linesOf(found).map(([, , , cost]) => cost)).toEqual(['2500', '1']);
    expect(found.unknownColumns).toEqual(['Odd']);
  });

  it('of JSON lines are refused where no row at all has a column that tells AI, or the tags that tell projects', async () => {
    const { ServiceName, Tags: _, ...bare } = ROW;
    const jsonOf = (row: object) => ({ 'a.jsonl': JSON.stringify(row) });
    await expect(read(jsonOf({ ...bare, servicename: ServiceName }))).rejects.toMatchObject({
      message: expect.stringContaining('column ServiceName is missing') as string,
      hint: expect.stringContaining('FOCUS alone') as string,
    });
    const byTag = { projectBy: { tag: 'product' } };
    await expect(read(jsonOf({ ...bare, ServiceName }), byTag)).rejects.toThrow('no column Tags or x_Labels');
  });

  it('need not be exact in what is beside the bill: a list cost or quantity that would be rounded is not known', async () => {
    const dust = '5.551115123125783e-17';
    const columns = [...Object.keys(ROW), 'ListCost'];
    const { periods } = await read({
      'a.csv': csv([{ ListCost: dust, ConsumedQuantity: dust, ConsumedUnit: 'tokens' }], columns),
    });
    expect(periods[0]?.lines).toMatchObject([{ listCost: null, quantity: null, quantityUnit: null }]);
    await expect(read({ 'a.csv': csv([{ ListCost: '1 USD' }], columns) })).rejects.toThrow('ListCost: "1 USD" is not');
    await expect(read({ 'a.csv': csv([{ BilledCost: dust }]) })).rejects.toMatchObject({
      hint: expect.stringContaining('amounts as decimals') as string,
    });
  });

  it('say what was left out as no AI, and keep it where all is asked for', async () => {
    // Of what is left out nobody needs an amount that the store cannot keep.
    const other = { ServiceName: 'Amazon EC2', BilledCost: '7.5', ConsumedQuantity: '5.55111512312578E-17' };
    const files = { 'a.csv': csv([{}, other]) };
    const { leftOut, periods } = await read(files);
    expect(leftOut.map(({ service, rows, totals }) => [service, rows, totals.toDocuments()])).toEqual([
      ['Amazon EC2', 1, [{ currency: 'USD', cost: '7.5' }]],
    ]);
    expect(periods[0]?.rows).toBe(1);
    const whole = { 'a.csv': csv([{}, { ...other, ConsumedQuantity: '1' }]) };
    expect((await read(whole, { only: 'all' })).periods[0]?.rows).toBe(2);
    expect((await read(whole, { services: ['Amazon EC2'] })).periods[0]?.rows).toBe(2);
  });

  it.each([
    ['a column that is missing', csv([{}], Object.keys(ROW).slice(1)), /column BilledCost is missing/],
    ['a column that is there twice', csv([{}], [...Object.keys(ROW), 'BilledCost']), /BilledCost is there twice/],
    ['nothing in it, as of a copy that only began', '', /is empty/],
    ['an amount that is none', csv([{}, { BilledCost: 'abc' }]), /row 2: BilledCost/],
    ['a row without all of its values', `${csv([{}, {}])}\n1,2`, /: Row 3 has 2 values/],
    ['values between semicolons', csv([{}]).replaceAll(',', ';'), /not separated by commas/],
    ['values between tabs', csv([{}]).replaceAll('","', '"\t"').replaceAll('"', ''), /not separated by commas/],
    ['lines that end otherwise', csv([{}]).replaceAll('\r\n', '\r'), /lines do not end as lines do/],
    ['values in another encoding', Buffer.from(`\ufeff${csv([{}])}`, 'utf16le'), /not text in UTF-8/],
    [
      'estimates of a proxy',
      csv([{ BillingAccountType: 'API Key' }], [...Object.keys(ROW), 'BillingAccountType']),
      /row 1: BillingAccountType: "API Key" is on files of a proxy/,
    ],
    ['a currency that is none', csv([{ BillingCurrency: '$' }]), /row 1: BillingCurrency/],
    ['a quote that is never closed', `${csv([{}])}\n"1`, /never closed/],
    ['a row that does not end', `${csv([{}])}\n${'1'.repeat(17 * 2 ** 20)}`, /goes on for over 16 MB/],
    ['a value that only ends in a quote', csv([{}, {}]).replace(/"(?=[^"]*"[^"]*$)/, ''), /[Rr]ow 2 has a quote/],
    ['quotes behind backslashes', csv([{}]).replace('""one""', '\\"one\\"'), /[Rr]ow 1 has a backslash before a quote/],
    ['text behind a quote', csv([{}]).replace('"1"', '"1"0'), /[Rr]ow 1 has a quote/],
    [
      'a day that its month does not have',
      csv([{ ChargePeriodStart: '2026-02-30T00:00:00Z' }]),
      /row 1: ChargePeriodStart/,
    ],
    [
      'an instant with more behind it',
      csv([{ ChargePeriodStart: '2026-10-05T00:00:00Zulu' }]),
      /row 1: ChargePeriodStart/,
    ],
  ])('are refused with file, row and column for %s', async (_, content, message) => {
    await expect(read({ 'a.csv': content })).rejects.toMatchObject({
      code: 'contract',
      message: expect.stringMatching(message) as string,
    });
  });

  it('are refused with the row of JSON lines that lacks what a charge needs, or is cut off', async () => {
    const rows = Array.from({ length: 2_500 }, () => JSON.stringify(ROW));
    const lacking = JSON.stringify({ ...ROW, BilledCost: undefined });
    await expect(read({ 'a.jsonl': [...rows, lacking].join('\n') })).rejects.toThrow(
      ', row 2501: BilledCost: is empty',
    );
    await expect(read({ 'a.jsonl': [...rows, '{"a":}'].join('\n') })).rejects.toThrow(': row 2501 is broken JSON');
  });

  it('are refused for JSON that is not an object a line', async () => {
    for (const content of [JSON.stringify([ROW]), JSON.stringify(ROW, null, 1), '7'])
      await expect(read({ 'a.json': content })).rejects.toMatchObject({
        message: expect.stringContaining('is not a JSON object') as string,
      });
  });

  it('are refused for one line without an end, however well it is packed', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, '{'));
    await expect(read({ 'a.jsonl.gz': bomb })).rejects.toMatchObject({
      code: 'contract',
      message: expect.stringContaining('over 1 MB') as string,
    });
  });

  it('of JSON lines are held a few large rows at a time, and are refused for columns without an end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'costs-lines-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'a.jsonl');
    const long = `{"Tags":"x"}${' '.repeat(900_000)}`;
    await writeFile(path, Array.from({ length: 12 }, () => long).join('\n'));
    const sizes: number[] = [];
    for await (const batch of (await openTable(path, () => ['Tags'])).batches) sizes.push(batch.length);
    expect(sizes).toEqual([5, 5, 2]);
    await writeFile(path, Array.from({ length: 10_001 }, (_, index) => `{"c${index}":1}`).join('\n'));
    const read = async () => {
      for await (const _ of (await openTable(path, () => ['c1'])).batches);
    };
    await expect(read()).rejects.toThrow('more than 10000 columns');
  });

  it('of a folder with manifests are those of the newest complete delivery, and never what lies beside it', async () => {
    const manifest = (name: string, file: string) =>
      JSON.stringify({
        exportName: name,
        dataFiles: [`s3://bucket/prefix/export/data/BILLING_PERIOD=2026-10/${file}`],
      });
    const data = 'export/data/BILLING_PERIOD=2026-10';
    const files = {
      [`${data}/new.csv`]: csv([{ BilledCost: '5' }]),
      [`${data}/stale.csv`]: csv([{ BilledCost: '100' }]),
      'export/metadata/BILLING_PERIOD=2026-10/export-Manifest.json': manifest('export', 'new.csv'),
    };
    expect(linesOf(await read(files)).map(([, , , cost]) => cost)).toEqual(['5']);
    const other = {
      ...files,
      'other/metadata/BILLING_PERIOD=2026-10/other-Manifest.json': manifest('other', 'stale.csv'),
    };
    await expect(read(other)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Two exports') as string,
    });
    const beside = await read({ ...files, 'gcp/a.csv': csv([{ BilledCost: '7' }]) });
    expect(beside.unlistedFolders).toEqual([expect.stringMatching(/gcp$/)]);
    const lacking = { 'x/y-Manifest.json': manifest('export', 'none.csv'), 'x/a.csv': csv([{}]) };
    await expect(read(lacking)).rejects.toMatchObject({ message: expect.stringContaining('not complete') as string });
  });

  it('of two exports below one prefix are those of both, where their manifests name neither export nor period', async () => {
    const exported = (name: string, account: string, dataFiles?: string[]) => {
      const data = `bills/${name}/data/BILLING_PERIOD=2026-10/${name}-00001.csv`;
      return {
        ...(dataFiles === undefined ? { [data]: csv([{ BillingAccountId: account }]) } : {}),
        [`bills/${name}/metadata/BILLING_PERIOD=2026-10/${name}-Manifest.json`]: JSON.stringify({
          executionId: '7d0c8a1e',
          exportArn: `arn:aws:bcm-data-exports:us-east-1:123456789012:export/${name}-0a1b`,
          columns: [{ name: 'BilledCost', type: 'Double' }],
          dataFiles: dataFiles ?? [`s3://bucket/${data}`],
        }),
      };
    };
    const found = await read({
      ...exported('one', 'payer-1'),
      ...exported('two', 'payer-2'),
      ...exported('no', '', []),
    });
    expect(found.periods.map(({ account }) => account).sort()).toEqual(['payer-1', 'payer-2']);
    expect(found.deliveries.map((each) => [each.export, each.month]).sort()).toEqual([
      ['no', '2026-10'],
      ['s3://bucket/bills/one', '2026-10'],
      ['s3://bucket/bills/two', '2026-10'],
    ]);
    expect(found.unlistedFolders).toEqual([]);
    await expect(read({ ...exported('one', 'payer-1'), ...exported('two', 'payer-1') })).rejects.toThrow('Two exports');
  });

  it('of exports that are called alike are those of both: the place of an export tells whose it is', async () => {
    const payer = (name: string, cost: string) => ({
      [`${name}/focus/data/BILLING_PERIOD=2026-10/focus-1.csv`]: csv([{ BillingAccountId: name, BilledCost: cost }]),
      [`${name}/focus/metadata/BILLING_PERIOD=2026-10/focus-Manifest.json`]: JSON.stringify({
        exportName: 'focus',
        billingPeriod: '2026-10',
        dataFiles: [`s3://${name}-bills/focus/data/BILLING_PERIOD=2026-10/focus-1.csv`],
      }),
    });
    const found = await read({ ...payer('one', '1'), ...payer('two', '2') });
    expect(found.periods.map(({ account, delivery }) => [account, delivery.export])).toEqual([
      ['one', 's3://one-bills/focus'],
      ['two', 's3://two-bills/focus'],
    ]);
    expect(linesOf(found).map(([, , , cost]) => cost)).toEqual(['1', '2']);
  });

  it('without a manifest are refused where one is a copy of another, but for a heading or one charge alone', async () => {
    const two = csv([{}, { SkuMeter: 'OutputTokens' }]);
    await expect(read({ 'a.csv': two, 'x/a (1).csv': two })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/a \(1\)\.csv is a copy of .*a\.csv/) as string,
    });
    const found = await read({ 'a.csv': csv([]), 'b.csv': csv([]), 'c.csv': csv([{}]), 'd.csv': csv([{}]) });
    expect(linesOf(found).map(([, , , cost]) => cost)).toEqual(['2']);
  });

  it('without a manifest are refused where one came while they were read: half of a delivery is none', async () => {
    const path = await folder({ 'part-1.csv': csv([{ BilledCost: '5' }]) });
    const isDue = () => {
      writeFileSync(join(path, 'part-2.csv'), csv([{ BilledCost: '6' }]));
      return true;
    };
    await expect(readFocusFiles(asked(path, { isDue }), signal)).rejects.toMatchObject({
      code: 'contract',
      message: expect.stringContaining('came or went') as string,
    });
    expect(linesOf(await readFocusFiles(asked(path), signal)).map(([, , , cost]) => cost)).toEqual(['11']);
  });

  it('of Azure are those of the last submitted run, with as many rows as it says', async () => {
    const manifest = (time: string, blobName: string, dataRowCount: number, since: string, until: string) =>
      JSON.stringify({
        runInfo: { submittedTime: time, startDate: `${since}T00:00:00`, endDate: `${until}T00:00:00` },
        exportConfig: { exportName: 'e' },
        blobs: [{ blobName, dataRowCount }],
      });
    const run = (id: string, time: string, cost: string, rows = 1, since = '2026-10-01', until = '2026-10-31') => ({
      [`d/20261001-20261031/${id}/manifest.json`]: manifest(
        ...([time, `d/20261001-20261031/${id}/part_0_0001.csv`, rows, since, until] as const),
      ),
      [`d/20261001-20261031/${id}/part_0_0001.csv`]: csv([{ BilledCost: cost }]),
    });
    const both = { ...run('b', '2026-10-20T01:00:00Z', '2'), ...run('a', '2026-10-21T01:00:00Z', '3') };
    const found = await read(both);
    expect(linesOf(found).map(([, , , cost]) => cost)).toEqual(['3']);
    expect(found.periods[0]?.delivery.deliveredAt).toEqual(new Date('2026-10-21T01:00:00Z'));
    await expect(read(run('a', '2026-10-21T01:00:00Z', '3', 2))).rejects.toMatchObject({
      message: expect.stringContaining('2 rows') as string,
    });
    // A part of a month would take the place of all of it.
    const part = run('c', '2026-10-22T01:00:00Z', '4', 1, '2026-10-10');
    await expect(read(part)).rejects.toMatchObject({
      message: expect.stringContaining('its export begins on 10 Oct 2026') as string,
    });
    expect(linesOf(await read({ ...part, ...both })).map(([, , , cost]) => cost)).toEqual(['3']);
    const begun = run('b', '2026-10-22T01:00:00Z', '4', 1, '2026-10-01', '2026-10-15');
    expect(linesOf(await read({ ...both, ...begun })).map(([, , , cost]) => cost)).toEqual(['3']);
    const rest = run('d', '2026-10-23T01:00:00Z', '5', 1, '2026-10-01', '2026-10-31');
    expect(linesOf(await read({ ...begun, ...rest })).map(([, , , cost]) => cost)).toEqual(['5']);
  });

  it('of Azure are of no day behind the last one of their export, and of none of its exports of something else', async () => {
    const run = (type: string, content: string) => ({
      [`${type}/a.csv`]: content,
      [`${type}/manifest.json`]: JSON.stringify({
        runInfo: {
          submittedTime: '2026-11-20T01:00:00Z',
          startDate: '2026-10-01T00:00:00',
          endDate: '2026-10-20T00:00:00',
        },
        exportConfig: { exportName: type, type },
        blobs: [{ blobName: `${type}/a.csv` }],
      }),
    });
    const prices = run('PriceSheet', 'MeterId,UnitPrice');
    const found = await read({ ...run('FocusCost', csv([{}])), ...prices });
    expect(found.periods).toMatchObject([{ since: '2026-10-01', until: '2026-10-20', lastDay: '2026-10-20' }]);
    expect(found.unlistedFolders).toEqual([expect.stringMatching(/PriceSheet$/)]);
    await expect(read(prices)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^No export at /) as string,
    });
  });
});

/** Imports into a database of one team. */
async function useImports(kind: 'postgresql' | 'embedded') {
  const { database } = await useTestDatabase(kind);
  await database.prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
  const store = createStore(database);
  const work = workplaceOf(store, { signal, focusFiles: (request) => readFocusFiles(request, signal) });
  const run = async (rows: Row[], deliveredAt: string, more: Partial<FocusImportRequest> = {}) => {
    const path = await folder({ 'a.csv': csv(rows) });
    await utimes(join(path, 'a.csv'), new Date(deliveredAt), new Date(deliveredAt));
    return (await importFocus(work, asked(path, more))).organizations[0];
  };
  return { run, store, work, database };
}

describe.each(['postgresql', 'embedded'] as const)('an import on %s', (kind) => {
  it('replaces a period as a whole, writes nothing twice, and refuses an older delivery', async () => {
    const { run, store, work, database } = await useImports(kind);
    const first = [{}, { SkuMeter: 'OutputTokens', BilledCost: '2.5' }];
    expect(await run(first, '2026-11-02T00:00:00Z')).toMatchObject({ inserted: 2, days: 31 });
    expect(await database.prisma.costData.count({ where: { modality: null } })).toBe(2);
    expect(await run(first, '2026-11-02T00:00:00Z')).toMatchObject({
      inserted: 0,
      updated: 0,
      deleted: 0,
      unchanged: 2,
    });
    const restated = await run([{ BilledCost: '3' }], '2026-11-05T00:00:00Z');
    expect(restated).toMatchObject({ updated: 1, deleted: 1, totals: [{ currency: 'USD', cost: '3' }] });
    expect(await run(first, '2026-11-02T00:00:00Z')).toMatchObject({ error: { code: 'conflict' } });
    // With a newer file beside it, it is what there is now; it is no newer for that, as the next one is.
    const beside = await folder({ 'a.csv': csv(first), 'b.csv': csv([{ BillingAccountId: 'payer-2' }]) });
    await utimes(join(beside, 'a.csv'), new Date('2026-11-02T00:00:00Z'), new Date('2026-11-02T00:00:00Z'));
    expect(await importFocus(work, asked(beside))).toMatchObject({
      status: 'ok',
      organizations: [{ inserted: 1 }, {}],
    });
    expect(await run([{ BilledCost: '3' }], '2026-11-03T00:00:00Z')).toMatchObject({ updated: 1, deleted: 1 });
    const days = await store.collection.storedDays(organizationOf('aws', 'payer-1'), {
      since: toDay(new Date('2026-10-01')),
      until: toDay(new Date('2026-10-31')),
    });
    expect(days.flatMap(({ totals }) => totals.toDocuments())).toEqual([{ currency: 'USD', cost: '3' }]);
    // The month behind it was never read, whoever brings it.
    const november = { since: parseDay('2026-11-01'), until: parseDay('2026-11-30') };
    const accounts = await store.reports.days({ teamId: 'team-1', groupBy: ['project'], ...november });
    expect(describeCoverage(accounts, november, november.until).gaps).toMatchObject([
      { organizationId: 'payer-1', ...november },
      { organizationId: 'payer-2', ...november },
    ]);
    // What was imported once is read of nothing.
    await expect(selectOrganizations(work, {})).rejects.toThrow('What is stored was imported from files');
    expect(
      await checkOrganizations(work as unknown as Context, { id: 'team-1', name: 'acme' }, () => {}),
    ).toMatchObject([{ message: 'None has a key or a folder.' }]);
  });

  it('that is ended keeps the periods that were read, reads no more, and its run says so', async () => {
    const { store, work, database } = await useImports(kind);
    const end = new AbortController();
    const known = { ...store.organizations };
    store.organizations.addFiles = async (organization) => {
      const name = await known.addFiles(organization);
      end.abort();
      return name;
    };
    const later = { BillingAccountId: 'payer-2' };
    const ended = importFocus({ ...work, signal: end.signal }, asked(await folder({ 'a.csv': csv([{}, later]) })));
    await expect(ended).rejects.toMatchObject({ code: 'interrupted' });
    expect(await database.prisma.run.findMany({ select: { status: true } })).toEqual([{ status: 'interrupted' }]);
    expect(await database.prisma.organization.count()).toBe(1);
  });

  it('of a company that it is told the name of stands under that name', async () => {
    const { run, store } = await useImports(kind);
    const rows = [{ ProviderName: 'Oracle', ServiceName: 'OCI Generative AI' }];
    const named = await run(rows, '2026-11-05T00:00:00Z', { provider: 'oracle' });
    expect(named).toMatchObject({ provider: 'oracle', organizationId: 'payer-1', inserted: 1 });
    const renaming = { provider: 'oracle', name: 'Another' };
    const renamed = await run(rows, '2026-11-05T00:00:00Z', renaming);
    expect(renamed).toMatchObject({ name: 'payer-1', unchanged: 1 });
    expect(await run(rows, '2026-11-05T00:00:00Z', { ...renaming, dryRun: true })).toMatchObject({ name: 'payer-1' });
    for (const nothing of [{ period: '2026-09' }, { account: 'payer-2' }])
      await expect(run(rows, '2026-11-05T00:00:00Z', nothing)).rejects.toMatchObject({
        code: 'usage',
        message: 'The files have nothing of that; they have payer-1 of 2026-10.',
      });
    expect(await store.organizations.list('team-1')).toMatchObject([{ provider: 'oracle', billSource: 'files' }]);
    expect(await run(rows, '2026-11-05T00:00:00Z')).toMatchObject({ provider: 'focus' });
    // Of what is kept whole, exports look up what is AI.
    await run([{}], '2026-11-05T00:00:00Z', { only: 'all' });
    const kept: unknown[] = [];
    const query = { teamId: 'team-1', since: parseDay('2026-10-01'), until: parseDay('2026-10-31') };
    await store.exports.read({ ...query, basis: 'billed', withUsage: false }, (found) => {
      kept.push(...found.map(({ provider, isOfAllServices }) => [provider, isOfAllServices]));
      return Promise.resolve();
    });
    expect(Object.fromEntries(kept as [string, boolean][])).toEqual({ oracle: false, focus: false, aws: true });
  });

  it('leaves one bill of two imports at once, whichever comes first, and never rows of both', async () => {
    const { run, store } = await useImports(kind);
    const outcomes = await Promise.all([
      run([{ BilledCost: '1' }, { SkuMeter: 'Old' }], '2026-11-02T00:00:00Z'),
      run([{ BilledCost: '5' }, { SkuMeter: 'New' }], '2026-11-05T00:00:00Z'),
    ]);
    expect(outcomes[1]?.error).toBeUndefined();
    const days = await store.collection.storedDays(organizationOf('aws', 'payer-1'), {
      since: toDay(new Date('2026-10-01')),
      until: toDay(new Date('2026-10-31')),
    });
    expect(days.flatMap(({ totals }) => totals.toDocuments())).toEqual([{ currency: 'USD', cost: '6' }]);
    expect(days.map(({ rowsStored }) => rowsStored).reduce((sum, rows) => sum + rows)).toBe(2);
  });
});
