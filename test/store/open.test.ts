import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { embeddedFolders } from '../../src/store/embedded-folders.js';
import { openDatabase } from '../helpers/open-database.js';
import { makePglite } from '../../src/store/pglite.js';
import { createTestDatabase, DATABASE_KINDS, fillHome, useHome, type TestDatabase } from '../helpers/database.js';
import { ended, startProgram } from '../helpers/program.js';

describe.each(DATABASE_KINDS)('a database of kind %s', (kind) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase(kind);
  });
  afterAll(() => test.drop());

  it('reads and writes through Prisma', async () => {
    const { prisma } = test.database;
    await prisma.team.create({ data: { id: 't1', name: 'acme' } });
    await prisma.$transaction(async (transaction) => {
      await transaction.team.create({ data: { id: 't2', name: 'labs' } });
    });
    expect(await prisma.team.findMany({ orderBy: { id: 'asc' } })).toEqual([
      { id: 't1', name: 'acme' },
      { id: 't2', name: 'labs' },
    ]);
  });

  it('keeps the instant of a timestamp whatever the time zone of the server says', async () => {
    const { prisma } = test.database;
    await prisma.$executeRaw`INSERT INTO login_attempts (id, email, success, reason, attempted_at) VALUES ('a', 'a@b.c', true, 'ok', '2026-01-01T02:00:00+05:30')`;
    expect((await prisma.loginAttempt.findFirstOrThrow()).attemptedAt.toISOString()).toBe('2025-12-31T20:30:00.000Z');
  });

  it('is on the schema of this version', async () => {
    await expect(test.database.migrations.requireCurrent()).resolves.toBeInstanceOf(Function);
    expect(await test.database.migrations.status()).toMatchObject({
      ok: true,
      pending: [],
      failed: [],
      edited: [],
      unknown: [],
    });
  });
});

describe('the embedded store', () => {
  it('begins with what the build kept of initdb, which would take seconds', { tags: ['story'] }, async () => {
    const identify = async () => {
      const db = await makePglite();
      const { rows } = await db.query('SELECT system_identifier::text AS made FROM pg_control_system()');
      await db.close();
      return rows;
    };
    // Each run of initdb makes another.
    expect(await identify()).toEqual(await identify());
  });

  it(
    'is created on first use, brought up to date by the first command, and keeps its rows',
    { tags: ['story'] },
    async () => {
      const target = { kind: 'embedded', home: await useHome() } as const;
      let created = 0;
      const first = await openDatabase(target, { onCreate: () => created++ });
      await first.migrations.requireCurrent();
      await first.prisma.team.create({ data: { id: 't1', name: 'acme' } });
      await first.close();
      const second = await openDatabase(target, { onCreate: () => created++ });
      expect(await second.prisma.team.count()).toBe(1);
      await second.close();
      expect(created).toBe(1);
      // It is open to its owner only.
      expect((await stat(join(target.home, 'store'))).mode & 0o777).toBe(0o700);
    },
  );

  it('takes one row from each of four processes that start at once', { tags: ['story'] }, async () => {
    const home = await useHome();
    // The long run lets one of them make it, while the others wait.
    if (!inject('long')) await fillHome(home);
    const children = ['a', 'b', 'c', 'd'].map((id) => startProgram('open-embedded.ts', [home, id]));
    expect(await Promise.all(children.map(ended))).toEqual([0, 0, 0, 0]);
    await expectTeams(home, ['a', 'b', 'c', 'd']);
  });

  it(
    'keeps what was committed when its process is killed, and is free for the next one',
    { tags: ['story'] },
    async () => {
      const home = await useHome();
      await fillHome(home);
      const child = startProgram('open-embedded.ts', [home, 'a', 'hang']);
      const gone = ended(child);
      await new Promise((resolve) => child.once('message', resolve));
      child.kill('SIGKILL');
      expect(await gone).toBe('SIGKILL');
      await expectTeams(home, ['a']);
    },
  );

  it('that cannot be opened after a crash keeps no process', { tags: ['story'] }, async () => {
    const home = await useHome();
    await fillHome(home);
    const crashed = startProgram('open-embedded.ts', [home, 'a', 'hang']);
    await new Promise((resolve) => crashed.once('message', resolve));
    crashed.kill('SIGKILL');
    await ended(crashed);
    await rm(join(embeddedFolders(home).data, 'pg_xact'), { recursive: true });
    const child = startProgram('open-embedded.ts', [home, 'b']);
    const limit = setTimeout(() => child.kill('SIGKILL'), 60_000);
    expect(await ended(child)).toBe(3);
    clearTimeout(limit);
  });

  it('works where the path of its folder is too long for a socket', { tags: ['story'] }, async () => {
    const home = await useHome();
    const deep = join(home, 'x'.repeat(60), 'y'.repeat(60));
    await fillHome(deep);
    const child = startProgram('open-embedded.ts', [deep, 'a']);
    expect(await ended(child)).toBe(0);
    await expectTeams(deep, ['a']);
  });

  it.each(['/dev/null/costs', '/proc/costs', '/proc/costs/of/mine'])(
    'says why it cannot be kept in %s',
    async (home) => {
      const error: unknown = await openDatabase({ kind: 'embedded', home }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'failed', hint: expect.stringContaining('COSTS_HOME') as string });
    },
  );

  it('is left as it is where the file of its version is missing: PGlite would make a new one over it', async () => {
    const home = await useHome();
    await fillHome(home);
    const version = join(embeddedFolders(home).data, 'PG_VERSION');
    await rename(version, `${version}.aside`);
    const error: unknown = await openDatabase({ kind: 'embedded', home }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'failed', hint: expect.not.stringContaining('begin again') as string });
    await rename(`${version}.aside`, version);
    await expectTeams(home, []);
  });
});

async function expectTeams(home: string, ids: string[]): Promise<void> {
  const database = await openDatabase({ kind: 'embedded', home });
  expect((await database.prisma.team.findMany({ orderBy: { id: 'asc' } })).map(({ id }) => id)).toEqual(ids);
  await database.close();
}
