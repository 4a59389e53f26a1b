import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
import { expect, it } from 'vitest';
import { openEmbedded } from '../../src/store/embedded.js';
import { fence } from '../../src/store/fence.js';
import { OwnFiles } from '../../src/store/own-files.js';
import { startPglite } from '../../src/store/pglite.js';
import { useEmptyTarget } from '../helpers/database.js';
import { ended, startProgram } from '../helpers/program.js';

const lines = async (path: string) => (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');

it(
  'a holder on another machine that was stopped longer than its time loses the store, and nothing that was confirmed',
  { tags: ['story'] },
  async () => {
    const { home } = await useEmptyTarget('embedded');
    const journal = join(home, 'journal');
    await writeFile(journal, '');
    const made = await openEmbedded(home);
    await made.pool.query('CREATE TABLE confirmed (number int)');
    await made.close();

    const child = startProgram('hold-store.ts', [home, journal, 'another machine']);
    const over = ended(child);
    while ((await lines(journal)).length < 20) await sleep(20);
    child.kill('SIGSTOP');
    await sleep(50);
    const confirmed = (await lines(journal)).length;

    const mine = await openEmbedded(home, { silenceMs: 500 });
    const count = async () =>
      Number((await mine.pool.query<{ count: string }>('SELECT count(*) FROM confirmed')).rows[0]?.count);
    // A statement may have been on its way when the process was stopped: stored, and not confirmed.
    const found = await count();
    expect([confirmed, confirmed + 1]).toContain(found);
    await mine.pool.query('INSERT INTO confirmed VALUES (0)');
    child.kill('SIGCONT');
    expect(await over).toBe(0);
    const journalled = await lines(journal);
    expect(journalled.at(-1)).toBe('conflict');
    expect(journalled.length - 1 - confirmed).toBeLessThanOrEqual(found - confirmed);
    expect(await count()).toBe(found + 1);
    await mine.close();

    const again = await openEmbedded(home);
    const { rows } = await again.pool.query<{ count: string; lost: string }>(
      `SELECT count(*), (SELECT count(*) FROM generate_series(1, ${confirmed}) AS n WHERE n NOT IN (SELECT number FROM confirmed)) AS lost FROM confirmed`,
    );
    expect(rows).toEqual([{ count: String(found + 1), lost: '0' }]);
    await again.close();
  },
);

it(
  'a process whose store was taken over in the middle of a transaction commits nothing of it',
  { tags: ['story'] },
  async () => {
    const { home } = await useEmptyTarget('embedded');
    const first = await openEmbedded(home, { machine: 'another machine' });
    await first.pool.query('CREATE TABLE t (n int)');
    const work = (await first.entities()).$transaction(async (tx) => {
      await tx.$executeRaw`INSERT INTO t VALUES (1)`;
      const second = await openEmbedded(home, { silenceMs: 200 });
      await second.pool.query('INSERT INTO t VALUES (2)');
      await second.close();
    });
    const error: unknown = await work.catch((thrown: unknown) => first.explain(thrown));
    expect(error).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('took over the embedded store') as string,
    });
    await expect(first.pool.query('SELECT 1')).rejects.toThrow('took over');
    await expect(first.backup?.(join(home, 'of its successor'))).rejects.toThrow('took over');
    await first.close();
    const third = await openEmbedded(home);
    expect((await third.pool.query('SELECT n FROM t')).rows).toEqual([{ n: 2 }]);
    await third.close();
  },
);

it(
  'a statement that goes on after its store was taken over changes no file of its successor',
  { tags: ['story'] },
  async () => {
    const { home } = await useEmptyTarget('embedded');
    await (await openEmbedded(home)).close();
    const folder = join(home, 'store', 'data');
    let isOurs = true;
    const first = await startPglite({ fs: new OwnFiles(folder, () => isOurs) });
    await first.exec('CREATE TABLE t (text text)');
    // What its successor makes of the same files, before the first goes on.
    await cp(folder, join(home, 'successor'), { recursive: true });
    const second = await startPglite({ dataDir: join(home, 'successor') });
    await second.exec(`INSERT INTO t VALUES ('of the second')`);
    await second.close();
    isOurs = false;
    await cp(join(home, 'successor'), folder, { recursive: true });
    await first.exec(`INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 9000)`).catch(() => undefined);
    await first.close().catch(() => undefined);
    const third = await startPglite({ dataDir: folder });
    expect((await third.query('SELECT count(*)::int AS count, min(text) AS text FROM t')).rows).toEqual([
      { count: 1, text: 'of the second' },
    ]);
    await third.close();
  },
);

/** A database that answers each message alike, behind a fence. */
function fenced(answer: Buffer, ...[lock, onPanic]: [Parameters<typeof fence>[1], Parameters<typeof fence>[2]?]) {
  const ran: string[] = [];
  const db = {
    exec: () => Promise.resolve([]),
    isInTransaction: () => true,
    execProtocolRawStream: (message: Uint8Array, { onRawData }: { onRawData: (data: Uint8Array) => void }) => {
      ran.push(Buffer.from(message).toString());
      onRawData(answer);
      return Promise.resolve();
    },
  } as unknown as PGlite;
  fence(db, lock, onPanic);
  const ask = async (message: string) => {
    const answers: string[] = [];
    await db.execProtocolRawStream(Buffer.from(message), {
      onRawData: (data) => answers.push(Buffer.from(data).toString('latin1')),
    });
    return answers;
  };
  return { db, ran, ask };
}

it('lets no statement through once the store is another’s, and confirms none that was on its way', async () => {
  // Asked before a statement, and after it.
  const held = [true, true, true, false, false];
  const { ran, ask } = fenced(Buffer.from('C'), { isHeld: () => held.shift() ?? false });
  expect(await ask('Q1')).toEqual(['C']);
  const refused = [expect.stringContaining('took over the embedded store'), 'Z\0\0\0\x05I'];
  expect(await ask('Q2')).toEqual(refused);
  expect(await ask('Q3')).toEqual(refused);
  expect(ran).toEqual(['Q1', 'Q2']);
});

it('answers after a panic, such as of a full disk, with which PGlite leaves its clients waiting', async () => {
  const panic = Buffer.from('E\0\0\0\0SPANIC\0VPANIC\0C53100\0MNo space left on device\0\0');
  const told: string[] = [];
  const { db, ran, ask } = fenced(panic, { isHeld: () => true }, (words) => told.push(words));
  expect(db.isInTransaction()).toBe(true);
  const both = [panic.toString('latin1'), 'Z\0\0\0\x05I'];
  expect(await ask('Q')).toEqual(both);
  expect(await ask('P')).toEqual([]);
  expect(await ask('S')).toEqual(both);
  expect(ran).toEqual(['Q']);
  expect(told).toEqual(['No space left on device']);
  // Or its transaction, which nothing ends any more, would keep every other connection waiting.
  expect(db.isInTransaction()).toBe(false);
});
