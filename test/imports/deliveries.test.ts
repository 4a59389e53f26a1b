import { mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parseCsv } from '../../src/imports/csv.js';
import { findDeliveries } from '../../src/imports/deliveries.js';
import { effortOf } from '../helpers/effort.js';

async function useFolder(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'costs-deliveries-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

const filesOf = async (...paths: string[]) =>
  (await findDeliveries(paths)).deliveries.flatMap(({ files }) => files.map(({ path }) => basename(path)));

it('a file is read once, however often and by whatever way it is named', async () => {
  const folder = await useFolder({ 'a.csv': 'x', 'b.csv': 'y' });
  await symlink(join(folder, 'a.csv'), join(folder, 'link.csv'));
  const a = join(folder, 'a.csv');
  expect(await filesOf(folder, a, join(folder, '.', 'a.csv'))).toEqual(['a.csv', 'b.csv']);
  expect(await filesOf(a, join(folder, 'link.csv'))).toHaveLength(1);
});

it('a file is read once where its manifest lists it twice, and stands for no other of its name', async () => {
  const deliver = (...dataFiles: string[]) => {
    const manifest = JSON.stringify({ exportName: 'daily', billingPeriod: '2026-08', dataFiles });
    return useFolder({ 'a.csv': 'x', 'b.csv': 'y', 'daily-Manifest.json': manifest });
  };
  expect(await filesOf(await deliver('s3://bucket/a.csv', 's3://bucket/b.csv', 's3://bucket/a.csv'))).toEqual([
    'a.csv',
    'b.csv',
  ]);
  await expect(filesOf(await deliver('s3://bucket/1/a.csv', 's3://bucket/2/a.csv'))).rejects.toThrow('2/a.csv, which');
});

it('a file that was not copied yet is not another delivery’s of its name', async () => {
  const deliver = (month: string, account = 'a') => ({
    [`${account}/metadata/BILLING_PERIOD=${month}/daily-Manifest.json`]: JSON.stringify({
      exportName: 'daily',
      billingPeriod: month,
      dataFiles: [1, 2].map((chunk) => `s3://${account}/daily/data/BILLING_PERIOD=${month}/daily-${chunk}.csv`),
    }),
    [`${account}/data/BILLING_PERIOD=${month}/daily-1.csv`]: 'x',
    [`${account}/data/BILLING_PERIOD=${month}/daily-2.csv`]: 'x',
  });
  const both = { ...deliver('2026-08'), ...deliver('2026-09') };
  expect(await filesOf(await useFolder(both))).toHaveLength(4);
  const { 'a/data/BILLING_PERIOD=2026-08/daily-2.csv': _, ...cut } = both;
  await expect(filesOf(await useFolder(cut))).rejects.toThrow('2026-08/daily-2.csv, which is not there');
  await expect(filesOf(await useFolder({ ...cut, ...deliver('2026-08', 'b') }))).rejects.toThrow(
    'would be part of two deliveries',
  );
});

it('of refreshes that are all kept the newest is read, though their copies are as old as one another, or the wrong way round', async () => {
  const metadata = 'metadata/BILLING_PERIOD=2026-10';
  for (const [older, newer] of [
    ['20261005T010000Z-b', '20261028T010000Z-a'],
    ['2026-10-05T01:00:00.000Z-b', '2026-10-28T01:00:00.000Z-a'],
    ['1-b', '2-a'],
  ] as const) {
    const files = [older, newer].map((refresh) => `data/BILLING_PERIOD=2026-10/${refresh}/${refresh.slice(-1)}.csv`);
    const [old, latest] = files.map((file) =>
      JSON.stringify({ exportName: 'e', dataFiles: [`s3://bucket/e/${file}`] }),
    );
    const manifests = {
      [`${metadata}/${older}/e-Manifest.json`]: old ?? '',
      [`${metadata}/${newer}/e-Manifest.json`]: latest ?? '',
      [`${metadata}/e-Manifest.json`]: latest ?? '',
    };
    const folder = await useFolder({ ...Object.fromEntries(files.map((file) => [file, 'x'])), ...manifests });
    const same = new Date('2026-11-01T00:00:00Z');
    for (const path of Object.keys(manifests)) await utimes(join(folder, path), same, same);
    expect(await filesOf(folder)).toEqual(['a.csv']);
    if (!older.startsWith('2026')) continue;
    await utimes(join(folder, metadata, older, 'e-Manifest.json'), new Date(), new Date());
    expect(await filesOf(folder)).toEqual(['a.csv']);
  }
});

it('what programs keep hidden in a folder is no part of it, and a file beside its packed self is refused', async () => {
  const files = {
    ...{ 'a.csv': 'x', '._a.csv': 'x', '.ipynb_checkpoints/a-checkpoint.csv': 'x', '__MACOSX/a.csv': 'x' },
    '_temporary/0/_temporary/attempt_1/part-0.csv': 'x',
  };
  expect(await filesOf(await useFolder(files))).toEqual(['a.csv']);
  await expect(filesOf(await useFolder({ ...files, 'a.csv.gz': 'x' }))).rejects.toThrow('a.csv.gz is there unpacked');
});

it('a table that keeps what was replaced is refused, and read where it is written anew, or its files are named', async () => {
  for (const log of [
    '_delta_log/00000000000000000001.json',
    '_delta_log/00000000000000000010.checkpoint.parquet',
    'metadata/v2.metadata.json',
    '.hoodie/hoodie.properties',
  ]) {
    const folder = await useFolder({
      'bills/part-0.parquet': 'x',
      'bills/part-1.parquet': 'y',
      [`bills/${log}`]: '{}',
    });
    await expect(filesOf(folder)).rejects.toThrow(`${join(folder, 'bills')} is a table`);
    expect(await filesOf(join(folder, 'bills/part-1.parquet'))).toEqual(['part-1.parquet']);
  }
});

it('what a job of Databricks replaced, or did not end, is no part of what counts', async () => {
  const part = (job: number) => `part-0-tid-${job}-a1.csv`;
  const folder = await useFolder({
    ...{ _started_1: '', [part(1)]: 'x', _committed_1: `{"added":["${part(1)}"],"removed":[]}` },
    ...{ _started_2: '', [part(2)]: 'y', _committed_2: `{"added":["${part(2)}"],"removed":["${part(1)}"]}` },
    ...{ _started_3: '', [part(3)]: 'z', 'other.csv': 'w' },
  });
  expect(await filesOf(folder)).toEqual(['other.csv', part(2)]);
});

it('a newer run of a part of a month gives way to one of all of it, and is named', async () => {
  const run = (name: string, submittedTime: string, endDate: string) => ({
    [`${name}/part.csv`]: 'x',
    [`${name}/manifest.json`]: JSON.stringify({
      exportConfig: { exportName: 'daily', type: 'FocusCost' },
      runInfo: { submittedTime, startDate: '2026-10-01T00:00:00', endDate },
      blobs: [{ blobName: `${name}/part.csv` }],
    }),
  });
  const whole = run('b', '2026-11-01T06:00:00Z', '2026-10-31T00:00:00');
  const older = run('c', '2026-10-30T06:00:00Z', '2026-10-30T00:00:00');
  for (const part of ['a', 'd']) {
    const folder = await useFolder({ ...whole, ...older, ...run(part, '2026-11-02T06:00:00Z', '2026-10-15T00:00:00') });
    const { deliveries, unlistedFolders } = await findDeliveries([folder]);
    expect(deliveries.map(({ files }) => files.map(({ path }) => path))).toEqual([[join(folder, 'b/part.csv')]]);
    expect(unlistedFolders).toEqual([join(folder, part)]);
  }
});

it('runs of an export that are all kept are refused where no manifest says which is the newest', async () => {
  for (const [period, runs] of [
    ['data/BILLING_PERIOD=2026-10', ['2026-10-05T01:00:00.000Z-8c5a76cc-57d0', '20261028T010000Z-064e27aa8b06']],
    [
      'focus/20261001-20261031',
      ['202610050600/8c5a76cc-57d0-437d-851b-064e27aa8b06', '9c5a76cc-57d0-437d-851b-064e27aa8b06'],
    ],
  ] as const) {
    const [first = '', second = ''] = runs.map((run) => `${period}/${run}`);
    const one = { [`${first}/part-1.csv`]: 'x', [`${first}/part-2.csv`]: 'x', [`${period}/part-3.csv`]: 'x' };
    expect(await filesOf(await useFolder(one))).toHaveLength(3);
    await expect(filesOf(await useFolder({ ...one, [`${second}/part-1.csv`]: 'x' }))).rejects.toThrow(
      'two runs of an export',
    );
  }
});

it('a flat folder is a delivery from wherever it is named', async () => {
  const manifest = JSON.stringify({ exportName: 'daily', billingPeriod: '2026-08', dataFiles: ['s3://b/x/a.csv'] });
  const folder = await useFolder({ 'a.csv': 'x', 'daily-Manifest.json': manifest });
  const before = process.cwd();
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  expect(await filesOf('.')).toEqual(['a.csv']);
});

it('a manifest that is larger than any is refused unread', async () => {
  const folder = await useFolder({ 'a.csv': 'x', 'manifest.json': '{' });
  await truncate(join(folder, 'manifest.json'), 2 ** 40);
  await expect(findDeliveries([folder])).rejects.toThrow('it is not a manifest');
});

it('a row of more values than any bill has is refused before it is looked through again and again', async () => {
  async function* pieces() {
    for (let count = 0; count < 240; count += 1) yield await Promise.resolve(','.repeat(65_536));
  }
  await expect(parseCsv(pieces()).next()).rejects.toThrow('more than 10000 values');
});

it('files that a manifest lists are found in a time that grows as they do', async () => {
  const deliver = async (count: number) => {
    const names = [...Array(count).keys()].map((chunk) => `data/daily-${chunk}.csv`);
    const dataFiles = names.map((name) => `s3://bucket/${'e/'.repeat(200)}${name}`);
    const manifest = { 'daily-Manifest.json': JSON.stringify({ exportName: 'daily', dataFiles }) };
    const folder = await useFolder({ ...Object.fromEntries(names.map((name) => [name, ''])), ...manifest });
    return () => effortOf(async () => expect(await filesOf(folder)).toHaveLength(count));
  };
  const [few, many] = [await deliver(100), await deliver(400)];
  await many();
  // Each compared with each takes more than ten times as long.
  expect(Math.min(await many(), await many()) / Math.min(await few(), await few(), await few())).toBeLessThan(7);
});
