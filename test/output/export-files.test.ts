import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetMetadataAsync } from 'hyparquet';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addDays, parseDay } from '../../src/domain/day.js';
import { formatDecimal, parseDecimal, sum } from '../../src/domain/decimal.js';
import type { ExportRow } from '../../src/domain/export.js';
import { openParquet } from '../../src/imports/parquet.js';
import { encoderOf, type Encoding } from '../../src/output/export/encode.js';
import { writeFolders, type FolderOptions } from '../../src/output/export/parts.js';
import { charge, DAY } from '../helpers/export-row.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'costs-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

const encoder = (format: Encoding['format'], more: Partial<Encoding> = {}) =>
  encoderOf({ format, focusVersion: '1.2', ...more });

async function bytesOf(rows: readonly ExportRow[], format: Encoding['format'], more: Partial<Encoding> = {}) {
  const chunks: Uint8Array[] = [];
  const writer = (await encoder(format, more)).begin((chunk) => {
    chunks.push(Buffer.from(chunk));
    return Promise.resolve();
  });
  // Batches of uneven sizes: how rows came does not show.
  for (let at = 0; at < rows.length; at += 777) await writer.write(rows.slice(at, at + 777));
  await writer.end();
  return Buffer.concat(chunks);
}

async function readBack(bytes: Uint8Array, columns: string[]): Promise<(string | null)[][]> {
  const path = join(folder, `${createHash('sha256').update(bytes).digest('hex')}.parquet`);
  await writeFile(path, bytes);
  const found: (string | null)[][] = [];
  for await (const batch of (await openParquet(path, () => columns)).batches) found.push(...batch);
  return found;
}

const ROWS = Array.from({ length: 12_000 }, (_, index) =>
  charge({
    id: `row-${index}`,
    day: addDays(DAY, Math.floor(index / 160) - 40),
    cost: `${index % 7 === 0 ? '-' : ''}${index}.0000000000000000000000000001`,
    quantity: `${index * 1_000_000}`,
    quantityUnit: 'tokens',
    project: index % 2 === 0 ? 'Search' : `Zürich "${index}"`,
    tags: { product: `p${index % 3}` },
  }),
);

it('Parquet keeps amounts to the last digit, types that never depend on the data, and UTC instants', async () => {
  const bytes = await bytesOf(ROWS, 'parquet');
  const read = await readBack(bytes, ['cost', 'quantity', 'project', 'model']);
  expect(read.length).toBe(ROWS.length);
  expect(read.slice(0, 3).map(([cost]) => formatDecimal(parseDecimal(cost ?? '')))).toEqual(
    ROWS.slice(0, 3).map((row) => formatDecimal(row.cost)),
  );
  expect(sum(read.map(([cost]) => parseDecimal(cost ?? '')))).toBe(sum(ROWS.map((row) => row.cost)));
  expect(read[9]?.[2]).toBe('Zürich "9"');
  expect(read[9]?.[3]).toBeNull();
  const metadataOf = (of: Buffer) => parquetMetadataAsync(new Uint8Array(of).buffer);
  const { schema, row_groups: groups } = await metadataOf(bytes);
  expect(groups.length).toBe(2);
  const typed = new Map(schema.map((element) => [element.name, element]));
  expect(typed.get('cost')).toMatchObject({ converted_type: 'DECIMAL', precision: 38, scale: 28, type_length: 16 });
  expect(typed.get('bucketStart')).toMatchObject({ logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true } });
  expect(typed.get('day')?.converted_type).toBe('DATE');
  expect((await metadataOf(await bytesOf([charge({ cost: '1' })], 'parquet'))).schema).toEqual(schema);
  expect((await metadataOf(await bytesOf([], 'parquet'))).schema).toEqual(schema);
});

it('the same rows are the same bytes, and FOCUS as Parquet what it is as CSV', async () => {
  const some = ROWS.slice(0, 900);
  const bytes = await bytesOf(some, 'focus-parquet', { focusVersion: '1.4' });
  expect(bytes.equals(await bytesOf(some, 'focus-parquet', { focusVersion: '1.4' }))).toBe(true);
  const columns = ['BilledCost', 'ListUnitPrice', 'ServiceProviderName', 'PricingUnit'];
  const csv = (await bytesOf(some, 'focus-csv', { focusVersion: '1.4', columns })).toString().trim().split('\r\n');
  const read = (await readBack(bytes, columns)).map(([cost, price, ...words]) => [
    ...[cost, price].map((text) => formatDecimal(parseDecimal(text ?? ''))),
    ...words,
  ]);
  expect([columns, ...read].map((cells) => cells.join(','))).toEqual(csv);
});

it('an amount that does not fit fails the file and names its row', async () => {
  const big = [charge({ cost: '1' }), charge({ id: 'row-7', cost: '12345678901.5' })];
  await expect(bytesOf(big, 'parquet')).rejects.toThrow(/cost of "gpt-5, input" on 2026-10-05 \(Search, row row-7\)/);
  const fine = charge({ cost: '0.00000000000000000000000000001' });
  await expect(bytesOf([fine], 'focus-parquet')).rejects.toThrow(/BilledCost.*DECIMAL\(38,28\)/);
  expect((await bytesOf([fine], 'csv')).toString()).toContain('0.00000000000000000000000000001');
});

it('columns are chosen in any file, in the order they are named, and a mistyped one is told', async () => {
  const rows = [charge({ cost: '1.50', tags: { a: 'b' } }), charge({ cost: '2' })];
  const columns = ['cost', 'Day', 'tags'];
  expect((await bytesOf(rows, 'csv', { columns })).toString()).toBe(
    'cost,day,tags\r\n1.5,2026-10-05,"{""a"":""b""}"\r\n2,2026-10-05,{}\r\n',
  );
  expect(JSON.parse((await bytesOf(rows, 'json', { columns })).toString())).toEqual([
    { cost: '1.5', day: '2026-10-05', tags: { a: 'b' } },
    { cost: '2', day: '2026-10-05', tags: {} },
  ]);
  expect(JSON.parse((await bytesOf([], 'json')).toString())).toEqual([]);
  await expect(encoder('csv', { columns: ['bucketstrt'] })).rejects.toMatchObject({ hint: /bucketStart/ });
});

async function* inBatches(rows: readonly ExportRow[]) {
  for (let at = 0; at < rows.length; at += 333) yield await Promise.resolve(rows.slice(at, at + 333));
}

const SPAN = { since: parseDay('2026-08-01'), until: parseDay('2026-11-30') };
const options = (more: Partial<FolderOptions>): FolderOptions => ({
  ...{ folder: join(folder, 'spend'), span: SPAN, byMonth: true, mostBytes: null, facts: { format: 'csv' } },
  ...more,
});

it(
  'a folder a month is replaced as a whole, the same rows make the same files, and nothing of others is touched',
  { tags: ['story'] },
  async () => {
    const parquet = await encoder('focus-parquet');
    const manifests = await writeFolders(parquet, options({}), inBatches(ROWS));
    const root = join(folder, 'spend');
    expect((await readdir(root)).sort()).toEqual(
      ['2026-08', '2026-09', '2026-10', '2026-11'].map((month) => `billing_period=${month}`),
    );
    expect(manifests.reduce((count, { rows }) => count + rows, 0)).toBe(ROWS.length);
    const september = join(root, 'billing_period=2026-09');
    const { ingestionId } = manifests[1] ?? {};
    expect(new Set(manifests.map((each) => each.ingestionId)).size).toBe(manifests.length);
    expect((await readdir(september)).sort()).toEqual([`${ingestionId}__part-0001.parquet`, 'manifest.json']);
    const read = async () => [
      await readFile(join(september, `${ingestionId}__part-0001.parquet`)),
      await readFile(join(september, 'manifest.json')),
    ];
    const before = await read();
    const [file] = manifests[1]?.files ?? [];
    expect(file?.sha256).toBe(
      createHash('sha256')
        .update(before[0] ?? '')
        .digest('hex'),
    );
    await writeFolders(parquet, options({}), inBatches(ROWS.map((row) => ({ ...row }))));
    expect(await read()).toEqual(before);
    // What changed is another delivery.
    const [changed] = await writeFolders(parquet, options({}), inBatches(ROWS.slice(1)));
    expect(changed?.ingestionId).not.toBe(manifests[0]?.ingestionId);

    // A month that has nothing any more is empty, and not what it was.
    await writeFolders(parquet, options({}), inBatches([]));
    expect(await readdir(september)).toEqual(['manifest.json']);
    expect(JSON.parse(await readFile(join(september, 'manifest.json'), 'utf8'))).toMatchObject({ rows: 0, files: [] });

    const foreign = join(folder, 'foreign', 'billing_period=2026-10');
    await mkdir(foreign, { recursive: true });
    await writeFile(join(foreign, 'thesis.txt'), 'years');
    await expect(writeFolders(parquet, options({ folder: join(folder, 'foreign') }), inBatches(ROWS))).rejects.toThrow(
      /no export of costs wrote/,
    );
    expect(await readdir(join(folder, 'foreign'))).toEqual(['billing_period=2026-10']);
  },
);

it('a failure leaves the folders as they were', async () => {
  const csv = await encoder('csv');
  const root = join(folder, 'kept');
  await writeFolders(csv, options({ folder: root }), inBatches(ROWS.slice(0, 10)));
  async function* failing() {
    yield* inBatches(ROWS.slice(0, 9_000));
    throw new Error('The line went dead.');
  }
  const before = await readFile(join(root, 'billing_period=2026-08', 'manifest.json'), 'utf8');
  await expect(writeFolders(csv, options({ folder: root }), failing())).rejects.toThrow('went dead');
  expect(await readFile(join(root, 'billing_period=2026-08', 'manifest.json'), 'utf8')).toBe(before);
  expect((await readdir(root)).filter((name) => name.startsWith('.'))).toEqual([]);
  await expect(writeFolders(csv, options({ folder: join(folder, 'new') }), failing())).rejects.toThrow('went dead');
  expect(await readdir(folder)).not.toContain('new');
});

it('files of at most so much, each with its head, hold every row once', async () => {
  const root = join(folder, 'parts');
  const [manifest] = await writeFolders(
    await encoder('csv'),
    options({ folder: root, byMonth: false, mostBytes: 200_000 }),
    inBatches(ROWS),
  );
  const names = (await readdir(root)).filter((name) => name.endsWith('.csv')).sort();
  expect(names).toEqual(manifest?.files.map(({ name }) => name));
  expect(names.length).toBeGreaterThan(5);
  const texts = await Promise.all(names.map((name) => readFile(join(root, name), 'utf8')));
  expect(texts.every((text) => Buffer.byteLength(text) <= 200_000 && text.startsWith('day,'))).toBe(true);
  expect(texts.flatMap((text) => text.trim().split('\r\n').slice(1)).length).toBe(ROWS.length);
});

it('files of at most so much are lists of their own as JSON, and a row that is larger has one to itself', async () => {
  const root = join(folder, 'lists');
  const rows = [...ROWS.slice(0, 50), charge({ cost: '0.123', lineItem: 'x'.repeat(9_000) }), ...ROWS.slice(50, 100)];
  const [manifest] = await writeFolders(
    await encoder('json'),
    options({ folder: root, byMonth: false, mostBytes: 8_000 }),
    inBatches(rows),
  );
  const files = await Promise.all((manifest?.files ?? []).map(({ name }) => readFile(join(root, name), 'utf8')));
  const lists = files.map((text) => JSON.parse(text) as { cost: string }[]);
  expect(lists.flat().map((row) => row.cost)).toEqual(rows.map((row) => formatDecimal(row.cost)));
  expect(manifest?.files.map((file) => file.rows)).toEqual(lists.map((list) => list.length));
  const large = files.map((text) => Buffer.byteLength(text)).filter((bytes) => bytes > 8_000);
  expect(large.length).toBe(1);
  expect(lists.find((list) => list.some(({ cost }) => cost === '0.123'))?.length).toBe(1);
});

it.runIf(process.platform === 'linux')('a full disk is told, and leaves no file open', async () => {
  async function* failing() {
    yield* inBatches(ROWS.slice(0, 400));
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  }
  const root = join(folder, 'ended');
  const written = writeFolders(await encoder('csv'), options({ folder: root, mostBytes: 20_000 }), failing());
  await expect(written).rejects.toMatchObject({
    code: 'failed',
    message: `${root} cannot be written: the disk is full.`,
  });
  const handles = await readdir('/proc/self/fd');
  const open = await Promise.all(handles.map((each) => readlink(`/proc/self/fd/${each}`).catch(() => '')));
  expect(open.filter((path) => path.startsWith(folder))).toEqual([]);
});
