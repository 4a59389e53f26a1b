import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/database.js';
import { readMigrations, type MigrationFile } from '../../../src/store/migrations/folder.js';
import { openDatabase } from '../../../src/store/open.js';
import { DATABASE_KINDS, STORY_KINDS, useEmptyTarget } from '../../helpers/database.js';
import { dumpSchema } from '../../helpers/dump-schema.js';
import { fillBaseline, fillEveryTable, readRowsOf, recordAsApplied, runScript } from '../../helpers/schema-states.js';

let files: MigrationFile[];
let folder: string;
beforeEach(async () => {
  files = await readMigrations();
  folder = await mkdtemp(join(tmpdir(), 'costs-rollback-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe.each(DATABASE_KINDS)('a production database on %s', (kind) => {
  const inFull = STORY_KINDS.includes(kind);
  let database: Database;
  beforeEach(async () => {
    database = await openDatabase(await useEmptyTarget(kind));
    await database.pool.query(files[0]?.sql ?? '');
    await recordAsApplied(database.pool, files.slice(0, 1));
    await fillBaseline(database.pool);
  });
  afterEach(() => database.close());

  it(
    'is migrated with every old row unchanged, taken back to the old schema, and brought forward again with every new row',
    { tags: kind === 'embedded' ? ['story'] : [] },
    async () => {
      const { pool, migrations } = database;
      const oldSchema = await dumpSchema(pool);
      const oldRows = await readRowsOf(pool, ['teams', 'users', 'projects', 'cost_data']);

      expect((await migrations.apply()).applied).toEqual(files.slice(1).map(({ name }) => name));
      for (const [table, rows] of Object.entries(oldRows)) {
        const now = (await readRowsOf(pool, [table]))[table] ?? [];
        expect(now.map((row, index) => pick(row, Object.keys(rows[index] ?? {})))).toEqual(rows);
      }
      expect((await pool.query(`SELECT DISTINCT api_version FROM cost_data`)).rows).toEqual([
        { api_version: 'usage_v1' },
      ]);
      await pool.query(
        `INSERT INTO cost_data (id, project_id, date, service, cost) VALUES ('late', 'p1', '2026-02-01', 'gpt-4', 1.5)`,
      );
      await fillEveryTable(pool);
      const filled = await readRowsOf(pool);

      await expect(migrations.rollback({ to: 'baseline' })).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringContaining('cost_data') as string,
      });
      expect(await readRowsOf(pool)).toEqual(filled);
      const path = join(folder, 'export.jsonl');
      const plan = await migrations.rollback({ to: 'baseline', export: path });
      expect(plan.migrations).toEqual(
        files
          .slice(1)
          .map(({ name }) => name)
          .reverse(),
      );
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(await dumpSchema(pool)).toBe(oldSchema);
      const kept = await readRowsOf(pool, ['cost_data']);
      expect(kept.cost_data?.filter(({ id }) => id !== 'late')).toEqual(oldRows.cost_data);

      await migrations.apply();
      const first = await migrations.import({ path });
      expect(first.tables.reduce((sum, { rows }) => sum + rows, 0)).toBe(plan.rows);
      expect(first.tables.filter(({ different }) => different > 0)).toEqual([]);
      expect(await readRowsOf(pool)).toEqual(filled);
      const second = await migrations.import({ path });
      expect(second.tables.reduce((sum, { written }) => sum + written, 0)).toBe(0);
      expect(await readRowsOf(pool)).toEqual(filled);
      expect(await migrations.status()).toMatchObject({ ok: true });
    },
  );

  it.runIf(inFull)('takes nothing from a cut export, and wants the migrations first', { tags: ['story'] }, async () => {
    const { migrations } = database;
    await migrations.apply();
    await fillEveryTable(database.pool);
    const path = join(folder, 'export.jsonl');
    await migrations.rollback({ to: 'multi_org_support', export: path });
    await expect(migrations.import({ path })).rejects.toMatchObject({ code: 'schema' });
    await migrations.apply();
    const before = await readRowsOf(database.pool);
    const text = await readFile(path, 'utf8');
    const cut = join(folder, 'cut.jsonl');
    for (const part of [
      text.slice(0, text.length - 20),
      text.slice(0, text.indexOf('\n') + 1),
      '',
      text.replace(/\n\[0,[^\n]*/, ''),
    ]) {
      await writeFile(cut, part);
      await expect(migrations.import({ path: cut })).rejects.toMatchObject({ code: 'usage' });
    }
    expect(await readRowsOf(database.pool)).toEqual(before);
  });

  it.runIf(inFull)('does not write over a file, and leaves no half file behind', { tags: ['story'] }, async () => {
    await database.migrations.apply();
    await fillEveryTable(database.pool);
    const path = join(folder, 'export.jsonl');
    await writeFile(path, 'mine');
    await expect(database.migrations.rollback({ to: 'baseline', export: path })).rejects.toMatchObject({
      code: 'usage',
    });
    expect(await readFile(path, 'utf8')).toBe('mine');
    expect(await database.migrations.status()).toMatchObject({ ok: true });
  });

  it.runIf(inFull)('refuses to go back to what is not there, and to where it is', { tags: ['story'] }, async () => {
    await database.migrations.apply();
    for (const to of ['', 'nonsense', files.at(-1)?.name]) {
      await expect(database.migrations.rollback({ to })).rejects.toMatchObject({ code: 'usage' });
    }
  });

  it.runIf(inFull)('keeps the sums of a database filled at every earlier state', async () => {
    for (const [index, file] of files.entries()) {
      if (index === 0) continue;
      await runScript(database.pool, file.sql);
      await recordAsApplied(database.pool, [file]);
      await database.pool.query(
        `INSERT INTO cost_data (id, project_id, date, service, cost) VALUES ($1, 'p1', '2026-02-01', 'gpt-4', 0.000000000000000000000000000001)`,
        [`state-${index}`],
      );
    }
    const { rows } = await database.pool.query<{ sum: string }>(
      `SELECT sum(cost)::text AS sum FROM cost_data WHERE id LIKE 'state-%'`,
    );
    expect(rows[0]?.sum).toBe(`0.${String(files.length - 1).padStart(30, '0')}`);
    expect(await database.migrations.status()).toMatchObject({ ok: true });
  });
});

function pick(row: Record<string, unknown>, keys: string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, row[key]]));
}
