import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/store/open.js';
import { createTestDatabase, DATABASE_KINDS, useEmptyTarget, type TestDatabase } from '../helpers/database.js';

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
    await expect(test.database.migrations.requireCurrent()).resolves.toBeUndefined();
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
  it('is created on first use, brought up to date by the first command, and keeps its rows', async () => {
    const target = await useEmptyTarget('embedded');
    let created = 0;
    const first = await openDatabase(target, { onCreate: () => created++ });
    await first.migrations.requireCurrent();
    await first.prisma.team.create({ data: { id: 't1', name: 'acme' } });
    await first.close();
    const second = await openDatabase(target, { onCreate: () => created++ });
    expect(await second.prisma.team.count()).toBe(1);
    await second.close();
    expect(created).toBe(1);
  });
});
