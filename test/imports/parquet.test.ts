import { copyFile, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { columnsFor } from '../../src/imports/columns.js';
import { groupParquet } from '../../src/imports/duckdb.js';
import { openParquet } from '../../src/imports/parquet.js';
import { readFocusFiles } from '../../src/imports/read.js';

it('decimals of Parquet keep all of their 38 digits, whatever they are stored as, and floats have none that nobody wrote', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'costs-parquet-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'a.parquet');
  const file = parquetWriteBuffer({
    schema: [
      { name: 'root', num_children: 6 },
      {
        name: 'BilledCost',
        type: 'FIXED_LEN_BYTE_ARRAY',
        type_length: 16,
        converted_type: 'DECIMAL',
        scale: 18,
        precision: 38,
        repetition_type: 'REQUIRED',
      },
      {
        name: 'ListCost',
        type: 'INT64',
        converted_type: 'DECIMAL',
        scale: 4,
        precision: 18,
        repetition_type: 'REQUIRED',
      },
      { name: 'ServiceName', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      { name: 'EffectiveCost', type: 'DOUBLE', repetition_type: 'REQUIRED' },
      { name: 'ConsumedQuantity', type: 'FLOAT', repetition_type: 'REQUIRED' },
      // What is within a column may be called like another.
      { name: 'SkuPriceDetails', num_children: 1, repetition_type: 'REQUIRED' },
      {
        name: 'ListCost',
        type: 'INT64',
        converted_type: 'DECIMAL',
        scale: 2,
        precision: 18,
        repetition_type: 'REQUIRED',
      },
    ],
    columnData: [
      { name: 'BilledCost', data: [12345678901234567890123456789012345678n, -1n] },
      { name: 'ListCost', data: [10001n, -5n] },
      { name: 'ServiceName', data: ['Bedrock', 'Vertex AI'] },
      { name: 'EffectiveCost', data: [0.1, 1e-7] },
      { name: 'ConsumedQuantity', data: [0.1, 16777216] },
      { name: 'SkuPriceDetails', data: [{ ListCost: 1n }, { ListCost: 2n }] },
    ],
  });
  await writeFile(path, Buffer.from(file));
  const names = [
    'BilledCost',
    'ListCost',
    'ServiceName',
    'EffectiveCost',
    'ConsumedQuantity',
    'SkuPriceDetails',
  ] as const;
  const { columns, batches } = await openParquet(path, () => names);
  expect(columns).toEqual(names);
  const rows = [];
  for await (const batch of batches) rows.push(...batch);
  expect(rows).toEqual([
    ['12345678901234567890123456789012345678e-18', '10001e-4', 'Bedrock', '0.1', '0.1', null],
    ['-1e-18', '-5e-4', 'Vertex AI', '1e-7', '16777216', null],
  ]);
});

it('a column that has nothing in any row is none, so that the tags of files of Vercel tell their projects', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'costs-parquet-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'a.parquet');
  const filledOf = async (accounts: (string | null)[]) => {
    const text = (name: string, data: (string | null)[]) => ({ name, data, type: 'STRING' as const, nullable: true });
    const columnData = [text('SubAccountId', accounts), text('Tags', ['{}', '{}'])];
    await writeFile(path, Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 1 })));
    let filled: readonly string[] = [];
    await openParquet(path, (columns) => (filled = columns));
    return filled;
  };
  expect(await filledOf([null, null])).toEqual(['Tags']);
  expect(await filledOf([null, 'a'])).toEqual(['SubAccountId', 'Tags']);
});

it('a row group of any size comes some rows at a time, each once and in order', { tags: ['story'] }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'costs-parquet-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'large.parquet');
  const numbers = Array.from({ length: 120_001 }, (_, n) => n);
  const file = parquetWriteBuffer({
    columnData: [
      { name: 'SkuId', data: numbers.map(String), type: 'STRING' },
      { name: 'ServiceName', data: numbers.map((n) => (n % 3 === 0 ? null : `service ${n % 7}`)), type: 'STRING' },
    ],
    rowGroupSize: 110_000,
  });
  await writeFile(path, Buffer.from(file));
  const { batches } = await openParquet(path, () => ['SkuId', 'ServiceName']);
  const [sizes, rows]: [number[], unknown[]] = [[], []];
  for await (const batch of batches) {
    sizes.push(batch.length);
    rows.push(...batch);
  }
  expect(sizes).toEqual([50_000, 50_000, 10_000, 10_001]);
  expect(rows).toEqual(numbers.map((n) => [String(n), n % 3 === 0 ? null : `service ${n % 7}`]));
});

it('a file is read to its end where each read brings less than it was asked for, as mounts do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'costs-parquet-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'mounted.parquet');
  const file = parquetWriteBuffer({ columnData: [{ name: 'SkuId', data: ['a', 'b', 'c'], type: 'STRING' }] });
  await writeFile(path, Buffer.from(file));
  const handle = await open(path);
  const kind = Object.getPrototypeOf(handle) as typeof handle;
  await handle.close();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on the handle that it is read by
  const read = kind.read as (this: typeof handle, ...values: unknown[]) => ReturnType<typeof handle.read>;
  vi.spyOn(kind, 'read').mockImplementation(function (this: typeof handle, ...[bytes, at, length, from]: unknown[]) {
    return read.call(this, bytes, at, Math.min(length as number, 7), from);
  });
  onTestFinished(() => void vi.restoreAllMocks());
  const { batches } = await openParquet(path, () => ['SkuId']);
  const rows: unknown[] = [];
  for await (const batch of batches) rows.push(...batch);
  expect(rows).toEqual([['a'], ['b'], ['c']]);
});

const ROWS = 3_000;
const instant = (day: number, hour: number) => new Date(Date.UTC(2026, 9, day, hour));
const text = (name: string, data: (string | null)[]) => ({ name, data, type: 'STRING' as const });
/** Hours, projects, meters, missing amounts, credits, two accounts of two currencies, tags, and money of 38 digits. */
const CHARGES = Array.from({ length: ROWS }, (_, n) => n);
const isEuro = (n: number) => n % 5 === 0;

async function writeCharges(path: string, money: (n: number) => bigint): Promise<void> {
  const instants = (name: string, of: (n: number) => Date) => ({
    name,
    data: CHARGES.map(of),
    type: 'TIMESTAMP' as const,
  });
  const decimal = { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, converted_type: 'DECIMAL', precision: 38 } as const;
  const columns = [
    instants('BillingPeriodStart', () => instant(1, 0)),
    instants('BillingPeriodEnd', () => instant(32, 0)),
    instants('ChargePeriodStart', (n) => instant(1 + (n % 33), n % 24)),
    instants('ChargePeriodEnd', (n) => instant(1 + (n % 33), 1 + (n % 24))),
    text(
      'BillingAccountId',
      CHARGES.map((n) => (isEuro(n) ? 'europe' : 'america')),
    ),
    text(
      'BillingCurrency',
      CHARGES.map((n) => (isEuro(n) ? 'EUR' : 'USD')),
    ),
    text(
      'ChargeCategory',
      CHARGES.map((n) => (n % 17 === 0 ? 'Credit' : 'Usage')),
    ),
    text(
      'ServiceName',
      CHARGES.map((n) => (n % 7 === 0 ? 'Compute Engine' : 'Vertex AI')),
    ),
    text(
      'SubAccountId',
      CHARGES.map((n) => (n % 11 === 0 ? '' : `project ${n % 3}\u0007`)),
    ),
    text(
      'SkuMeter',
      CHARGES.map((n) => (n % 4 === 0 ? null : `meter ${n % 2}`)),
    ),
    text(
      'SkuId',
      CHARGES.map((n) => (n % 4 === 0 ? `sku ${n % 8}` : `of row ${n}`)),
    ),
    text(
      'ConsumedUnit',
      CHARGES.map((n) => (n % 2 === 0 ? 'tokens' : null)),
    ),
    text(
      'Tags',
      CHARGES.map((n) => JSON.stringify({ team: `team ${n % 2}`, row: n })),
    ),
    text(
      'ProviderName',
      CHARGES.map(() => 'Google Cloud'),
    ),
  ];
  const buffer = parquetWriteBuffer({
    schema: [
      { name: 'root', num_children: columns.length + 2 },
      { ...decimal, name: 'BilledCost', scale: 18, repetition_type: 'REQUIRED' },
      { ...decimal, name: 'ConsumedQuantity', scale: 9, repetition_type: 'OPTIONAL' },
      ...columns.map(({ name, type }) =>
        type === 'STRING'
          ? ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' } as const)
          : ({ name, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'OPTIONAL' } as const),
      ),
    ],
    columnData: [
      { name: 'BilledCost', data: CHARGES.map(money) },
      { name: 'ConsumedQuantity', data: CHARGES.map((n) => (n % 50 === 3 ? null : BigInt(n) * 1_000_003n)) },
      ...columns.map(({ name, data }) => ({ name, data })),
    ],
    rowGroupSize: 1_000,
  });
  await writeFile(path, Buffer.from(buffer));
}

const DUCKDB: string = '@duckdb/node-api';
const isInstalled = await import(DUCKDB).then(
  () => true,
  () => false,
);

describe.skipIf(!isInstalled)('DuckDB, where @duckdb/node-api is installed (here it is not, unless this runs)', () => {
  const small = (n: number) => (n % 13 === 0 ? -1n : 1n) * BigInt(n) * 982_451_653_000_000_007n;

  it.each([
    ['of a project', small, 'sub-account', true],
    ['by a tag', small, { tag: 'team' }, true],
    [
      'of more than 38 digits together',
      (n: number) => (n % 2 === 0 ? 1n : 9n) * 10n ** 37n + BigInt(n),
      'sub-account',
      false,
    ],
  ] as const)('adds up charges %s to what their rows say one by one', async (_, money, projectBy, isGrouped) => {
    const home = await mkdtemp(join(tmpdir(), 'costs-parquet-'));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    const { signal } = new AbortController();
    const [path, byRow] = [join(home, 'charges.parquet'), join(home, '[by row].parquet')];
    await writeCharges(path, money);
    await copyFile(path, byRow);
    const read = async (file: string) => {
      const { periods, leftOut, rows } = await readFocusFiles(
        { paths: [file], projectBy, only: 'ai', services: [] },
        signal,
      );
      return {
        ...{ rows, leftOut: leftOut.map(({ totals, ...left }) => ({ ...left, totals: totals.toDocuments() })) },
        periods: periods.map(({ account, since, rows: count, lines }) => ({
          ...{ account, since, count },
          // Neither says anything where it is absent.
          lines: lines.map((line) => ({ modality: null, listCost: null, ...line })),
        })),
      };
    };
    expect((await groupParquet(path, columnsFor(projectBy, ['SubAccountId']), signal)) !== null).toBe(isGrouped);
    expect(await groupParquet(byRow, columnsFor(projectBy, ['SubAccountId']), signal)).toBeNull();
    expect(await read(path)).toEqual(await read(byRow));
  });

  it('knows no list price of charges that cancel each other out, either', async () => {
    const home = await mkdtemp(join(tmpdir(), 'costs-parquet-'));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    const both = (name: string, value: string) => text(name, [value, value]);
    const amount = (name: string, data: bigint[]) => ({ name, data, type: 'INT64' as const });
    const file = parquetWriteBuffer({
      columnData: [
        ...[amount('BilledCost', [1n, -1n]), amount('ListCost', [0n, 0n])],
        ...[both('BillingCurrency', 'USD'), both('BillingAccountId', 'a'), both('ChargeCategory', 'Usage')],
        ...[both('BillingPeriodStart', '2026-10-01'), both('BillingPeriodEnd', '2026-11-01')],
        ...[both('ChargePeriodStart', '2026-10-05'), both('ChargePeriodEnd', '2026-10-06')],
        ...[both('ServiceName', 'Azure OpenAI'), both('ProviderName', 'Microsoft')],
      ],
    });
    const path = join(home, 'charges.parquet');
    await writeFile(path, Buffer.from(file));
    const asked = { paths: [path], projectBy: 'sub-account', only: 'ai', services: [] } as const;
    const { periods } = await readFocusFiles(asked, new AbortController().signal);
    expect(periods[0]?.lines.map(({ cost, listCost = null }) => [cost, listCost])).toEqual([[0n, null]]);
  });
});

it('a file that is no Parquet is said to be none, in no words of the reader', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'costs-parquet-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'a.parquet');
  for (const [metadata, length] of [
    [Buffer.alloc(0), 0],
    [Buffer.alloc(5_000, 0x1c), 5_000],
    [Buffer.alloc(20), 2 ** 32 - 1],
  ] as const) {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(length);
    await writeFile(path, Buffer.concat([Buffer.from('PAR1'), metadata, size, Buffer.from('PAR1')]));
    await expect(openParquet(path, () => [])).rejects.toThrow('it is not a Parquet file, or not a whole one');
  }
});
