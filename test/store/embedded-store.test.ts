import { cpSync } from 'node:fs';
import { link, readFile, stat, writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createEmbeddedStore } from '../../src/store/embedded-store.js';
import { openDatabase } from '../helpers/open-database.js';
import type { OpenDatabase as Database } from '../helpers/open-database.js';
import { createReadyTarget, useHome, useTestDatabase } from '../helpers/database.js';
import { fillBaseline, fillEveryTable, readRowsOf } from '../helpers/schema-states.js';

let home: string;
let folder: string;
const agree = () => Promise.resolve();

let filled: Awaited<ReturnType<typeof createReadyTarget<'embedded'>>>;

beforeAll(async () => {
  filled = await createReadyTarget('embedded');
  const database = await openDatabase(filled.target);
  await fillAll(database);
  await database.close();
});
afterAll(() => filled.remove());
beforeEach(async () => {
  home = await useHome();
  cpSync(filled.target.home, home, { recursive: true });
  folder = await mkdtemp(join(tmpdir(), 'costs-backup-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a backup', () => {
  it(
    'that unpacks to more than any store of its size is refused before it fills the memory',
    { tags: ['story'] },
    async () => {
      const path = join(folder, 'bomb.tar.gz');
      const head = Buffer.alloc(512);
      head.write('ustar', 257);
      holdMuch(head);
      const zeros = gzipSync(Buffer.alloc(1024 * 1024));
      await writeFile(path, Buffer.concat([gzipSync(head), ...Array<Buffer>(1000).fill(zeros)]));
      const held = () => process.memoryUsage().arrayBuffers;
      const before = held();
      let most = before;
      const watch = setInterval(() => (most = Math.max(most, held())), 5);
      onTestFinished(() => clearInterval(watch));
      const restored = createEmbeddedStore(home).restore(path, agree);
      await expect(restored).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringContaining('not a backup') as string,
      });
      expect(most - before).toBeGreaterThan(64 * 1024 * 1024);
      expect(most - before).toBeLessThan(600 * 1024 * 1024);
      await withStore((database) => database.migrations.requireCurrent());
    },
  );

  it('brings everything back, and is for its owner alone', { tags: ['story'] }, async () => {
    const path = join(folder, 'backup.tar.gz');
    const before = await withStore(async (database) => {
      await database.backup?.(path);
      return readRowsOf(database.pool);
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await withStore((database) => database.pool.query('DELETE FROM cost_data'));
    const declined = createEmbeddedStore(home).restore(path, () => Promise.reject(new Error('No.')));
    await expect(declined).rejects.toThrow('No.');
    const later = await withStore(({ pool }) => readRowsOf(pool));
    expect(later).not.toEqual(before);
    const paused = createEmbeddedStore(home, { machine: 'another machine' }).restore(path, async () => {
      await (await openDatabase({ kind: 'embedded', home }, { silenceMs: 200 })).close();
    });
    await expect(paused).rejects.toThrow('took over');
    expect(await withStore(({ pool }) => readRowsOf(pool))).toEqual(later);
    await createEmbeddedStore(home).restore(path, agree);
    expect(await withStore(({ pool }) => readRowsOf(pool))).toEqual(before);
  });

  it('of a store that is damaged does not take the place of a good one', { tags: ['story'] }, async () => {
    const path = join(folder, 'backup.tar.gz');
    const before = await withStore(async (database) => {
      await database.backup?.(path);
      return readRowsOf(database.pool);
    });
    const archive = gunzipSync(await readFile(path));
    const bill = archive.indexOf('gpt-4o, "input"2100');
    expect(bill).toBeGreaterThan(0);
    archive.write('gpt-4o, "input"2109', bill);
    await writeFile(path, gzipSync(archive));
    await expect(createEmbeddedStore(home).restore(path, agree)).rejects.toMatchObject({ code: 'usage' });
    expect(await withStore(({ pool }) => readRowsOf(pool))).toEqual(before);
  });

  it('whose archive was damaged before it was packed is refused', { tags: ['story'] }, async () => {
    const path = join(folder, 'backup.tar.gz');
    await withStore(async (database) => {
      await database.backup?.(path);
    });
    const archive = gunzipSync(await readFile(path));
    const name = archive.indexOf('postgresql.conf\0');
    expect(name % 512).toBeLessThan(100);
    const header = name - (name % 512);
    const wide = Buffer.from(archive);
    holdMuch(wide.subarray(header, header + 512));
    const turned = Buffer.from(archive);
    turned.writeUInt8(turned.readUInt8(header + 300) ^ 1, header + 300);
    for (const damaged of [wide, turned, archive.subarray(0, header + 200), archive.subarray(0, header + 512)]) {
      await writeFile(path, gzipSync(damaged, { level: 1 }));
      await expect(createEmbeddedStore(home).restore(path, agree)).rejects.toMatchObject({ code: 'usage' });
    }
    await withStore((database) => database.migrations.requireCurrent());
  });

  it('is not written over a file', async () => {
    const path = join(folder, 'mine');
    await writeFile(path, 'mine');
    await withStore(async (database) => {
      await expect(database.backup?.(path)).rejects.toMatchObject({ code: 'usage' });
    });
    expect(await readFile(path, 'utf8')).toBe('mine');
  });

  it('changes nothing when it is none', { tags: ['story'] }, async () => {
    const path = join(folder, 'backup.tar.gz');
    const before = await withStore(async (database) => {
      await database.backup?.(path);
      return readRowsOf(database.pool);
    });
    const whole = await readFile(path);
    for (const bytes of [Buffer.from('nonsense'), whole.subarray(0, whole.length / 2), Buffer.alloc(0)]) {
      await writeFile(path, bytes);
      await expect(createEmbeddedStore(home).restore(path, agree)).rejects.toMatchObject({ code: 'usage' });
    }
    await expect(createEmbeddedStore(home).restore(join(folder, 'missing'), agree)).rejects.toMatchObject({
      code: 'usage',
    });
    expect(await withStore(({ pool }) => readRowsOf(pool))).toEqual(before);
  });
});

describe('a copy to a server', () => {
  it.each(['', '{"to":', 'null', '{}', '5'])(
    'whose mark was cut to %j is told of, and the store opens',
    async (text) => {
      await withStore(() => Promise.resolve());
      await writeFile(join(home, 'store', 'moved.json'), text);
      let moved = '';
      await (await openDatabase({ kind: 'embedded', home }, { onMoved: (label) => (moved = label) })).close();
      expect(moved).toBe('a server');
    },
  );

  const SEALED = ['vaults', 'vault_tokens', 'vault_slots', 'vault_viewer_slots', 'vault_sessions', 'vault_audit'];

  it('takes every row, marks the store as moved, and adds nothing the second time', { tags: ['story'] }, async () => {
    const { database } = await useTestDatabase('postgresql');
    const store = createEmbeddedStore(home);
    const first = await store.copyTo(database);
    const ours = await withStore(({ pool }) => readRowsOf(pool));
    const theirs = await readRowsOf(database.pool);
    for (const [table, rows] of Object.entries(ours))
      if (!SEALED.includes(table) && table !== 'organization_api_keys') expect(theirs[table], table).toEqual(rows);
    expect(first.equal).toBe(true);
    expect(first.sums.length).toBeGreaterThan(10);
    const mark = join(home, 'store', 'moved.json');
    await link(mark, join(folder, 'moved.json'));
    const second = await store.copyTo(database);
    // Put there as a whole, or one that was killed in between would leave half a mark.
    expect((await stat(mark)).ino).not.toBe((await stat(join(folder, 'moved.json'))).ino);
    expect(second.tables.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(0);
    let moved = '';
    await (await openDatabase({ kind: 'embedded', home }, { onMoved: (label) => (moved = label) })).close();
    expect(moved).toBe(database.label);
    await database.prisma.restatement.create({
      data: {
        projectId: 'p1',
        apiVersion: 'costs_v1',
        bucketStartTime: new Date(0),
        bucketEndTime: new Date(1),
        lineItem: 'x',
        currency: 'USD',
        cause: 'late',
        runId: 'r',
      },
    });
  });

  it('takes the team of the same name there for ours', { tags: ['story'] }, async () => {
    const { database } = await useTestDatabase('postgresql');
    await database.pool.query(
      `INSERT INTO teams VALUES ('theirs', 'acme'); INSERT INTO users VALUES ('them', 'theirs', 'admin@example.com', 'admin')`,
    );
    await createEmbeddedStore(home).copyTo(database);
    expect(await database.prisma.team.count({ where: { name: 'acme' } })).toBe(1);
    expect((await database.prisma.project.findUniqueOrThrow({ where: { id: 'p1' } })).teamId).toBe('theirs');
    expect(await database.prisma.user.count({ where: { email: 'admin@example.com' } })).toBe(1);
    expect(
      (await createEmbeddedStore(home).copyTo(database)).tables.reduce((sum, { inserted }) => sum + inserted, 0),
    ).toBe(0);
  });

  it('leaves what the other store wrote since', { tags: ['story'] }, async () => {
    const { database } = await useTestDatabase('postgresql');
    await createEmbeddedStore(home).copyTo(database);
    await database.pool.query(`UPDATE cost_data SET cost = 42 WHERE id = 'b1'`);
    expect(await createEmbeddedStore(home).copyTo(database)).toMatchObject({ equal: false });
    expect((await database.prisma.costData.findUniqueOrThrow({ where: { id: 'b1' } })).cost.toString()).toBe('42');
  });

  it('changes nothing where another row has the place of ours', async () => {
    const { database } = await useTestDatabase('postgresql');
    await database.pool.query(`INSERT INTO teams VALUES ('t9', 'other');
      INSERT INTO projects (id, team_id, name, ai_provider, ai_organization_id, ai_project_id) VALUES ('theirs', 't9', 'x', 'openai', 'org-1', 'proj_1')`);
    const before = await readRowsOf(database.pool);
    await expect(createEmbeddedStore(home).copyTo(database)).rejects.toMatchObject({ code: 'conflict' });
    expect(await readRowsOf(database.pool)).toEqual(before);
  });
});

/** Makes the header of an archive say that gigabytes follow. */
function holdMuch(header: Buffer): void {
  header.write('77777777777', 124);
  const sum = header.fill(' ', 148, 156).reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
}

async function fillAll(database: Database): Promise<void> {
  await fillBaseline(database.pool);
  await fillEveryTable(database.pool);
}

async function withStore<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase({ kind: 'embedded', home });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
