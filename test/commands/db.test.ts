import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.js';
import { CostsError } from '../../src/errors.js';
import type { OpenDatabase as Database } from '../helpers/open-database.js';
import { createEmbeddedStore } from '../../src/store/embedded-store.js';
import { createStore } from '../../src/store/store.js';
import { openDatabase } from '../helpers/open-database.js';
import { createProgram } from '../../src/program.js';
import { STORY_KINDS, fillHome, useEmptyTarget, useHome, useTestDatabase } from '../helpers/database.js';
import { fillBaseline, fillEveryTable, readRowsOf } from '../helpers/schema-states.js';

let folder: string;
let exitCode: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'costs-db-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe.each(STORY_KINDS)('costs db on %s', (kind) => {
  let database: Database;
  beforeEach(async () => {
    database = await openDatabase(await useEmptyTarget(kind));
  });
  afterEach(() => database.close());

  it(
    'status tells what is pending, migrate applies it, and both have nothing left to say',
    { tags: ['story'] },
    async () => {
      expect(await run({ database }, 'status')).toMatchObject({ status: 'finding', history: false, applied: [] });
      expect(exitCode).toBe(1);
      const { applied } = (await run({ database }, 'migrate')) as { applied: string[] };
      expect(applied[0]).toBe('20250301090000_baseline');
      expect(await run({ database }, 'migrate')).toMatchObject({ applied: [] });
      expect(await run({ database }, 'status')).toMatchObject({ status: 'ok', pending: [] });
      expect(await run({ database }, 'diff')).toBe('-- Nothing is missing.\n');
      expect(exitCode).toBe(0);
    },
  );

  it(
    'rollback asks first, wants a file for what would be lost, and import brings it back',
    { tags: ['story'] },
    async () => {
      await run({ database }, 'migrate');
      await fillBaseline(database.pool);
      await fillEveryTable(database.pool);
      const rows = await readRowsOf(database.pool);
      const path = join(folder, 'rows.jsonl');
      await expect(run({ database }, 'rollback', '--to', 'baseline')).rejects.toMatchObject({
        code: 'usage',
        hint: expect.stringContaining('--export') as string,
      });
      await expect(run({ database }, 'rollback', '--to', 'baseline', '--yes')).rejects.toMatchObject({
        code: 'usage',
        hint: expect.stringContaining('--export') as string,
      });
      await expect(run({ database }, 'rollback', '--to', 'baseline', '--export', path)).rejects.toMatchObject({
        code: 'usage',
        hint: expect.stringContaining('--yes') as string,
      });
      expect(await readRowsOf(database.pool)).toEqual(rows);
      expect(await run({ database }, 'rollback', '--to', 'baseline', '--export', path, '--yes')).toMatchObject({
        to: '20250301090000_baseline',
        export: path,
      });
      expect((await readFile(path, 'utf8')).length).toBeGreaterThan(1_000);
      await run({ database }, 'migrate');
      await run({ database }, 'import', path);
      expect(await readRowsOf(database.pool)).toEqual(rows);
    },
  );

  it('adopt shows what it would complete, and asks before it does', async () => {
    await database.pool.query('CREATE TABLE cost_data (id varchar(40) PRIMARY KEY)');
    expect(await run({ database }, 'adopt', '--dry-run')).toMatchObject({
      status: 'ok',
      done: false,
      sql: expect.stringContaining('ADD COLUMN') as string,
    });
    await expect(run({ database }, 'adopt')).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(
        /convert cost_data: id .*programs that stay connected must be restarted afterwards/,
      ) as string,
      hint: expect.stringContaining('--yes') as string,
    });
    expect(await columns(database)).toEqual(['id']);
  });

  it('adopt exits 1 and changes nothing where a schema is not ours by its names', async () => {
    await database.pool.query('CREATE TABLE cost_data (id text PRIMARY KEY, "projectId" text)');
    expect(await run({ database }, 'adopt', '--yes')).toMatchObject({ status: 'finding', done: false });
    expect(exitCode).toBe(1);
    expect(await columns(database)).toEqual(['id', 'projectId']);
  });
});

async function columns({ pool }: Database): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'cost_data'::regclass AND attnum > 0 ORDER BY attnum`,
  );
  return rows.map(({ name }) => name);
}

it.each([
  ['resolve'],
  ['resolve', '--applied', 'a', '--rolled-back', 'b'],
  ['resolve', '--applied', 'no_such_migration'],
  ['copy', '--from', 'embedded'],
])('refuses costs db %s %s %s %s %s', async (...words) => {
  const { database } = await useTestDatabase('postgresql');
  await expect(run({ database }, ...words.filter((word) => word !== ''))).rejects.toMatchObject({ code: 'usage' });
});

it('sends whoever wants a backup of a server to pg_dump', async () => {
  const { database } = await useTestDatabase('postgresql');
  await expect(run({ database }, 'backup', join(folder, 'x'))).rejects.toMatchObject({
    code: 'usage',
    hint: expect.stringContaining('pg_dump') as string,
  });
});

it('backs up and restores the embedded store, after asking', { tags: ['story'] }, async () => {
  const home = await useHome();
  await fillHome(home);
  const path = join(folder, 'backup.tar.gz');
  const open = () => openDatabase({ kind: 'embedded', home });
  const first = await open();
  await run({ database: first, home }, 'migrate');
  await fillBaseline(first.pool);
  const rows = await readRowsOf(first.pool);
  expect(await run({ database: first, home }, 'backup', path)).toMatchObject({ file: path });
  await first.pool.query('DELETE FROM cost_data');
  await expect(run({ database: first, home, databaseUrl: 'postgresql://x/y' }, 'restore', path)).rejects.toMatchObject({
    code: 'usage',
  });
  await first.close();
  await expect(run({ database: first, home }, 'restore', path)).rejects.toMatchObject({
    code: 'usage',
    hint: expect.stringContaining('--yes') as string,
  });
  const interrupted = run({ database: first, home, signal: AbortSignal.abort() }, 'restore', path, '--yes');
  await expect(interrupted).rejects.toMatchObject({ code: 'interrupted' });
  const kept = await open();
  expect(await kept.pool.query('SELECT FROM cost_data')).toMatchObject({ rowCount: 0 });
  await kept.close();
  await run({ database: first, home }, 'restore', path, '--yes');
  const second = await open();
  expect(await readRowsOf(second.pool)).toEqual(rows);
  await second.close();
});

it('copies the embedded store to the server of DATABASE_URL', { tags: ['story'] }, async () => {
  const home = await useHome();
  await fillHome(home);
  const source = await openDatabase({ kind: 'embedded', home });
  await source.migrations.apply();
  await fillBaseline(source.pool);
  await source.close();
  const { database } = await useTestDatabase('postgresql');
  const context = { database, home, databaseUrl: 'postgresql://x/y' };
  expect(await run(context, 'copy', '--from', 'embedded')).toMatchObject({ equal: true, keysLeft: [] });
  expect(await database.prisma.costData.count()).toBe(300);
});

it('migrate --wait tries again until the database is there, and without it does not', { tags: ['story'] }, async () => {
  const { database } = await useTestDatabase('postgresql');
  let attempts = 0;
  const starting = () => {
    attempts++;
    if (attempts % 3 !== 0) return Promise.reject(new CostsError('unreachable', 'Nothing answers.'));
    return Promise.resolve(database);
  };
  expect(await run({ database: starting }, 'migrate', '--wait', '30')).toMatchObject({ applied: [] });
  expect(attempts).toBe(3);
  await expect(run({ database: starting }, 'migrate')).rejects.toMatchObject({ code: 'unreachable' });
  expect(attempts).toBe(4);
});

interface FakeContext {
  database: Database | (() => Promise<Database>);
  home?: string;
  databaseUrl?: string;
  signal?: AbortSignal;
}

/** Runs `costs db …` as main would, on an open database and where nobody can be asked, and returns what it wrote. */
async function run(
  { database, home = '/nonexistent', databaseUrl, signal = new AbortController().signal }: FakeContext,
  ...words: string[]
): Promise<unknown> {
  const written: unknown[] = [];
  const style = new Proxy({}, { get: () => (text: string) => text });
  const silent = {
    update: () => undefined,
    step: () => undefined,
    done: () => undefined,
    failed: () => undefined,
    stop: () => undefined,
  };
  const output = {
    json: false,
    interactive: false,
    style,
    intoFile: (_path: undefined, work: () => Promise<void>) => work(),
    progress: () => silent,
    note: () => undefined,
    trace: () => undefined,
    print: (text: string) => written.push(text),
    write: (value: unknown, render: (value: unknown, output: unknown) => string) => {
      expect(render(value, output)).toMatch(/\S/);
      written.push(JSON.parse(JSON.stringify(value)));
    },
  };
  const context = {
    config: { databaseUrl: databaseUrl ?? null },
    signal,
    now: () => new Date(),
    database: typeof database === 'function' ? database : () => Promise.resolve(database),
    embedded: () => Promise.resolve(createEmbeddedStore(home)),
    store: async () => createStore(await (typeof database === 'function' ? database() : database)),
    // Nobody is logged in.
    vault: () => Promise.resolve({ whoIs: () => Promise.resolve(null) }),
    output,
  };
  const open = () => context as unknown as Context;
  const program = await createProgram(['db', ...words], '0.0.0', open, (code) => (exitCode = code));
  await program.parseAsync(['db', ...words], { from: 'user' });
  expect(written).toHaveLength(1);
  return written[0];
}
