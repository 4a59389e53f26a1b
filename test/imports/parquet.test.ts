import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, it, onTestFinished } from 'vitest';
import { openParquet } from '../../src/imports/parquet.js';

it('decimals of Parquet keep all of their 38 digits, whatever they are stored as', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'costs-parquet-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'a.parquet');
  const file = parquetWriteBuffer({
    schema: [
      { name: 'root', num_children: 4 },
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
    ],
    columnData: [
      { name: 'BilledCost', data: [12345678901234567890123456789012345678n, -1n] },
      { name: 'ListCost', data: [10001n, -5n] },
      { name: 'ServiceName', data: ['Bedrock', 'Vertex AI'] },
      { name: 'EffectiveCost', data: [0.1, 1e-7] },
    ],
  });
  await writeFile(path, Buffer.from(file));
  const { columns, batches } = await openParquet(path, [
    'BilledCost',
    'ListCost',
    'ServiceName',
    'EffectiveCost',
    'Tags',
  ]);
  expect(columns).toEqual(['BilledCost', 'ListCost', 'ServiceName', 'EffectiveCost']);
  const rows = [];
  for await (const batch of batches) rows.push(...batch);
  expect(rows).toEqual([
    ['12345678901234567890123456789012345678e-18', '10001e-4', 'Bedrock', '0.1', null],
    ['-1e-18', '-5e-4', 'Vertex AI', '1e-7', null],
  ]);
});

it('a row group of any size comes some rows at a time, each once and in order', async () => {
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
  const { batches } = await openParquet(path, ['SkuId', 'ServiceName']);
  const [sizes, rows]: [number[], unknown[]] = [[], []];
  for await (const batch of batches) {
    sizes.push(batch.length);
    rows.push(...batch);
  }
  expect(sizes).toEqual([50_000, 50_000, 10_000, 10_001]);
  expect(rows).toEqual(numbers.map((n) => [String(n), n % 3 === 0 ? null : `service ${n % 7}`]));
});
