import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { CostsError } from '../../../src/errors.js';
import { readExport } from '../../../src/store/migrations/export-file.js';
import { useHome, useTestDatabase } from '../../helpers/database.js';

const part = { table: 'teams', rows: 1, dropped: null, columns: ['id', 'name'] };
const header = { format: 'costs-rollback', version: 1, migrations: [] as string[], parts: [part] };

/** A file with this first line and these rows. */
async function fileOf(first: unknown, rows: readonly string[] = ['[0,{"id":"t9","name":"late"}]']): Promise<string> {
  const path = join(await useHome(), 'export.jsonl');
  await writeFile(path, [JSON.stringify(first), ...rows, '"end"', ''].join('\n'));
  return path;
}

it('an export with large rows is handed on a few of them at a time', async () => {
  const row = `[0,{"id":"x","name":"${'x'.repeat(2_000_000)}"}]`;
  const path = await fileOf(
    header,
    Array.from({ length: 12 }, () => row),
  );
  const lengths: number[] = [];
  for await (const item of readExport(path)) {
    if ('rows' in item) lengths.push(item.rows.join('').length);
  }
  expect(lengths.length).toBeGreaterThan(1);
  expect(Math.max(...lengths)).toBeLessThan(10_000_000);
});

it.each([
  ['no migrations', { ...header, migrations: undefined }],
  ['migrations that are none', { ...header, migrations: [5] }],
  ['a part of nothing', { ...header, parts: [null] }],
  ['a part without columns', { ...header, parts: [{ ...part, columns: [] }] }],
  ['columns that are a text', { ...header, parts: [{ ...part, columns: 'id' }] }],
  ['dropped columns that are a text', { ...header, parts: [{ ...part, dropped: 'id' }] }],
  ['rows that are no number', { ...header, parts: [{ ...part, rows: '1' }] }],
  ['nothing', null],
])('an export whose first line says %s is none, and nothing is written', async (_, first) => {
  const { database } = await useTestDatabase('postgresql');
  await expect(database.migrations.import({ path: await fileOf(first) })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('is not a complete export') as string,
  });
  expect(await database.prisma.team.count()).toBe(0);
});

it.each([
  ['of a part that it does not name', '[7,{"id":"t9"}]', 'is not a complete export'],
  ['with a text that PostgreSQL cannot keep', '[0,{"id":"t9","name":"a\\u0000b"}]', 'A row of teams in'],
  [
    'with half a character',
    '[0,{"id":"t9","name":"\\ud800"}]',
    'invalid input syntax for type json. Nothing was changed.',
  ],
  ['that is no JSON', '[0,{"id":}]', 'A row of teams in'],
  ['nested without an end', `[0,{"id":${'['.repeat(200_000)}}]`, 'A row of teams in'],
])('an export with a row %s is refused as a file, and nothing is written', async (_, row, said) => {
  const { database } = await useTestDatabase('postgresql');
  const path = await fileOf({ ...header, parts: [{ ...part, rows: 2 }] }, ['[0,{"id":"t8","name":"first"}]', row]);
  await expect(database.migrations.import({ path })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining(said) as string,
  });
  expect(await database.prisma.team.count()).toBe(0);
});

it('an export in which a value was changed is refused, and taken once its end says no digest', async () => {
  const { database } = await useTestDatabase('postgresql');
  const folder = await useHome();
  const path = join(folder, 'it is.jsonl');
  await database.pool.query(`INSERT INTO teams (id, name) VALUES ('t1', 'acme')`);
  await database.pool.query(
    `INSERT INTO budgets (id, team_id, currency, amount, from_month) VALUES ('b1', 't1', 'USD', 100, '2026-01')`,
  );
  await database.migrations.rollback({ to: 'multi_org_support', export: path });
  const whole = await readFile(path, 'utf8');
  expect(whole).toMatch(/"end [0-9a-f]{64}"\n$/);
  await database.migrations.apply();
  await writeFile(path, whole.replace('"amount": 100', '"amount": 900'));
  const error = await database.migrations.import({ path }).catch((each: unknown) => each as CostsError);
  expect(error).toMatchObject({
    code: 'usage',
    message: `${path} was changed after costs db rollback wrote it. Nothing was changed.`,
  });
  expect(await database.prisma.budget.count()).toBe(0);

  // A file that came over a mail with other line ends is the same one.
  await writeFile(path, whole.replaceAll('\n', '\r\n'));
  await database.migrations.import({ path });
  expect((await database.prisma.budget.findMany()).map(({ amount }) => amount.toFixed())).toEqual(['100']);

  await database.prisma.budget.deleteMany();
  await writeFile(path, whole.replace('"amount": 100', '"amount": 900'));
  const [, command] = /: (sed .*) && costs db import/.exec((error as CostsError).hint ?? '') ?? [];
  await promisify(execFile)('sh', ['-c', command ?? 'false']);
  await database.migrations.import({ path: `${path}.edited` });
  expect((await database.prisma.budget.findMany()).map(({ amount }) => amount.toFixed())).toEqual(['900']);
});

it.skipIf(process.platform === 'win32')(
  'what is no file is refused at once, and does not keep its reader waiting',
  async () => {
    const pipe = join(await useHome(), 'pipe');
    await promisify(execFile)('mkfifo', [pipe]);
    const { database } = await useTestDatabase('postgresql');
    for (const path of [pipe, '/dev/null'])
      await expect(database.migrations.import({ path })).rejects.toMatchObject({
        code: 'usage',
        message: `${path} is not a file, but a pipe, a socket or a device. Nothing was changed.`,
      });
  },
);
