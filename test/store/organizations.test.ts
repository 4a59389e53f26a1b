import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.js';
import { readMigrations, type MigrationFile } from '../../src/store/migrations/folder.js';
import { openDatabase } from '../../src/store/open.js';
import { createStore } from '../../src/store/store.js';
import { createEmptyTarget, STORY_KINDS } from '../helpers/database.js';
import { readRowsOf, runAll } from '../helpers/schema-states.js';

/** What a store of two teams held before organizations had rows of their own. */
async function fillBefore(pool: Pool): Promise<void> {
  await pool.query(`
    INSERT INTO teams VALUES ('t1', 'acme'), ('t2', 'globex');
    INSERT INTO organization_api_keys (id, team_id, provider, organization_id, name, source, variable, host, last_four)
      VALUES ('k1', 't2', 'openai', 'org-keyed', 'Globex', 'env', 'KEY', 'loopback', 'abcd');
    INSERT INTO runs (id, team_id, command, since, until, status, version, plan) VALUES
      ('r1', 't1', 'sync', '2026-01-01', '2026-01-02', 'ok', '0', '[]'), ('r2', 't2', 'sync', '2026-01-01', '2026-01-02', 'ok', '0', '[]');
    INSERT INTO projects (id, team_id, name, ai_provider, ai_organization_id, ai_project_id) VALUES
      ('p1', 't1', 'One', 'openai', 'org-keyed', 'proj_1'), ('p2', 't1', 'Two', 'openai', 'org-read', 'proj_2'),
      ('p3', 't1', 'Three', 'anthropic', 'org-seen', 'proj_3'), ('p4', 't2', 'Four', 'anthropic', 'org-seen', 'proj_4'),
      ('p5', 't2', 'Five', 'anthropic', 'org-seen', 'proj_5');
    INSERT INTO collected_days (ai_provider, ai_organization_id, api_version, day, read_at, first_read_at, rows, run_id) VALUES
      ('openai', 'org-read', 'costs_v1', '2026-01-01', '2026-03-01', '2026-03-01', 1, 'r1'),
      ('openai', 'org-read', 'costs_v1', '2026-01-02', '2026-04-01', '2026-03-01', 1, 'r2'),
      ('openai', 'org-empty', 'costs_v1', '2026-01-01', '2026-03-01', '2026-03-01', 0, 'forgotten');
    INSERT INTO collected_usage (ai_provider, ai_organization_id, bucket_width, endpoint, day, read_at, rows, run_id)
      VALUES ('openai', 'org-usage', '1d', 'completions', '2026-01-01', '2026-03-01', 0, 'r2')`);
}

const owners = async (pool: Pool) =>
  (
    await pool.query<{ line: string }>(
      `SELECT concat_ws(' ', provider, organization_id, team_id, name) AS line FROM organizations ORDER BY 1`,
    )
  ).rows.map(({ line }) => line);

describe.each(STORY_KINDS)('organizations of a store of before, on %s', (kind) => {
  let database: Database;
  let folder: string;
  let remove: () => Promise<void>;
  let before: MigrationFile[];
  beforeAll(async () => {
    const files = await readMigrations();
    before = files.slice(
      0,
      files.findIndex(({ name }) => name.endsWith('_organizations')),
    );
    const made = await createEmptyTarget(kind);
    remove = made.remove;
    database = await openDatabase(made.target);
    await runAll(database.pool, before);
    await fillBefore(database.pool);
    await database.migrations.apply();
    folder = await mkdtemp(join(tmpdir(), 'costs-organizations-'));
  });
  afterAll(async () => {
    await database.close();
    await remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('are of the team whose key, whose run, or whose projects they have', async () => {
    expect(await owners(database.pool)).toEqual([
      'anthropic org-seen t2 org-seen',
      'openai org-empty t1 org-empty',
      'openai org-keyed t2 Globex',
      'openai org-read t2 org-read',
      'openai org-usage t2 org-usage',
    ]);
  });

  it('are made by a key however it comes in, outlive it, and are of nobody else then', async () => {
    const { pool } = database;
    const insert = (team: string, name: string) =>
      pool.query(
        `INSERT INTO organization_api_keys (id, team_id, provider, organization_id, name, source, variable, host, last_four)
         VALUES ('k2', $1, 'openai', 'org-new', $2, 'env', 'KEY', 'loopback', 'abcd')`,
        [team, name],
      );
    await insert('t1', 'New');
    const store = createStore(database);
    expect(await store.organizations.find('openai', 'org-new')).toMatchObject({ name: 'New', hasKey: true });
    await (await store.access()).keys.remove('k2');
    expect(await store.organizations.find('openai', 'org-new')).toMatchObject({ teamId: 't1', hasKey: false });
    await expect(insert('t2', 'Taken')).rejects.toThrow('openai organization org-new belongs to another team');
    await insert('t1', 'Newer');
    expect((await store.organizations.list('t1')).map(({ name }) => name)).toContain('Newer');
  });

  it('come back from a rollback exactly as they were', async () => {
    const { pool, migrations } = database;
    await pool.query(`UPDATE organizations SET team_id = 't2', name = 'Quiet' WHERE organization_id = 'org-empty'`);
    const all = () => readRowsOf(pool, ['organizations']);
    const were = await all();
    const path = join(folder, 'export.jsonl');
    await migrations.rollback({ to: before.at(-1)?.name, export: path });
    await migrations.apply();
    expect(await owners(pool)).toContain('openai org-empty t1 org-empty');
    await migrations.import({ path });
    expect(await all()).toEqual(were);
  });

  it(
    'whose days were read since a rollback keep what API keys spent by that read alone',
    { tags: ['story'] },
    async () => {
      const { pool, migrations } = database;
      const spent = (...rows: [day: number, key: string][]) =>
        pool.query(
          `INSERT INTO cost_by_api_key
         SELECT day || key, 'p1', make_timestamp(2026, 1, day, 0, 0, 0), make_timestamp(2026, 1, day + 1, 0, 0, 0), 'bill', key, 'gpt', 'USD', '', '', '', '', 17
         FROM jsonb_to_recordset($1::jsonb) AS r (day int, key text)`,
          [JSON.stringify(rows.map(([day, key]) => ({ day, key })))],
        );
      await spent([1, 'key_old'], [2, 'key_old']);
      const path = join(folder, 'cuts.jsonl');
      await migrations.rollback({ to: before.at(-1)?.name, export: path });
      await migrations.apply();
      await spent([1, 'key_new']);
      await migrations.import({ path });
      await migrations.import({ path });
      const { rows } = await pool.query<{ id: string }>('SELECT id FROM cost_by_api_key ORDER BY 1');
      expect(rows.map(({ id }) => id)).toEqual(['1key_new', '2key_old']);
    },
  );

  it('are made for the days of an export that knew no organizations', { tags: ['story'] }, async () => {
    const { pool, migrations } = database;
    await migrations.rollback({ to: before.at(-1)?.name, export: join(folder, 'late.jsonl') });
    const path = join(folder, 'early.jsonl');
    await migrations.rollback({ to: 'baseline', export: path });
    await migrations.apply();
    await migrations.import({ path });
    expect((await pool.query('SELECT count(*)::int AS n FROM collected_days')).rows).toEqual([{ n: 3 }]);
    expect(await owners(pool)).toEqual(
      expect.arrayContaining([
        'openai org-keyed t2 Globex',
        'openai org-read t2 org-read',
        'openai org-usage t2 org-usage',
      ]),
    );
  });

  it('that have no key are read from files from now on, once files of them are imported', async () => {
    const { organizations } = createStore(database);
    const add = (organizationId: string) =>
      organizations.addFiles({ provider: 'openai', organizationId, teamId: 't2', name: 'From files' });
    expect(await add('org-read')).toBe('org-read');
    await expect(add('org-keyed')).rejects.toMatchObject({ code: 'conflict' });
  });
});
