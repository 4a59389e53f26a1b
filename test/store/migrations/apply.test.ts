import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Database } from '../../../src/store/database.js';
import { NO_FILTERS, withEngine } from '../../../src/store/migrations/engine.js';
import { readMigrations, readSchema, type MigrationFile } from '../../../src/store/migrations/folder.js';
import { openDatabase } from '../../../src/store/open.js';
import { STORY_KINDS, createEmptyTarget, useEmptyTarget } from '../../helpers/database.js';
import { dumpSchema } from '../../helpers/dump-schema.js';
import { ended, startProgram } from '../../helpers/program.js';
import { fillBaseline, recordAsApplied, runAll, runScript } from '../../helpers/schema-states.js';

let files: MigrationFile[];
beforeEach(async () => {
  files = await readMigrations();
});

const DRIFTS: [sql: string, object: string][] = [
  ['ALTER TABLE cost_data ALTER COLUMN cost TYPE numeric(65, 10)', 'column cost_data.cost'],
  ['DROP INDEX cost_data_api_version_idx', 'index cost_data_api_version_idx'],
  ['ALTER TABLE cost_data DROP CONSTRAINT cost_data_costs_v1_check', 'constraint cost_data.cost_data_costs_v1_check'],
  ['ALTER TABLE users DROP CONSTRAINT users_team_id_fkey', 'constraint users.users_team_id_fkey'],
  ['DROP TABLE restatements', 'table restatements'],
];

describe.each(STORY_KINDS)('migrating on %s', (kind) => {
  let database: Database;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    const made = await createEmptyTarget(kind);
    remove = made.remove;
    database = await openDatabase(made.target);
  });
  // One database for all, emptied: starting one costs more than most of these tests.
  beforeEach(() => database.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public'));
  afterAll(async () => {
    await database.close();
    await remove();
  });

  it("keeps the books as Prisma's own tool does", { tags: ['story'] }, async () => {
    await database.migrations.apply();
    const { rows } = await database.pool.query(
      `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished, logs, rolled_back_at, applied_steps_count FROM _prisma_migrations ORDER BY started_at`,
    );
    expect(rows).toEqual(
      files.map(({ name, checksum }) => ({
        name,
        checksum,
        finished: true,
        logs: null,
        rolled_back_at: null,
        applied_steps_count: 1,
      })),
    );
  });

  it(
    'leaves the database as it was when a migration fails half-way, says so, and goes on after the cause is mended',
    { tags: ['story'] },
    async () => {
      const { pool, migrations } = database;
      await pool.query(files[0]?.sql ?? '');
      await recordAsApplied(pool, files.slice(0, 1));
      // multi_org_support makes this table after it has changed two others.
      await pool.query('CREATE TYPE api_version AS ENUM ()');
      await pool.query('DROP TYPE api_version');
      await pool.query('CREATE SEQUENCE login_attempts_pkey');
      const before = await dumpSchema(pool);
      await expect(migrations.apply()).rejects.toMatchObject({
        code: 'failed',
        message: expect.stringMatching(/multi_org_support.*login_attempts_pkey/) as string,
      });
      expect(await dumpSchema(pool)).toBe(before);
      const status = await migrations.status();
      expect(status).toMatchObject({
        ok: false,
        failed: [{ name: files[1]?.name, reason: expect.stringContaining('login_attempts_pkey') as string }],
        drift: [],
      });
      await expect(migrations.requireCurrent()).rejects.toMatchObject({ code: 'schema' });
      await pool.query('DROP SEQUENCE login_attempts_pkey');
      const result = await migrations.apply();
      expect(result.recovered).toEqual([{ name: files[1]?.name, outcome: 'repeated' }]);
      expect(await migrations.status()).toMatchObject({ ok: true });
    },
  );

  it.each([1, 2])(
    'finishes the books of migration %s, whose process was killed after its work was done',
    { tags: ['story'] },
    async (index) => {
      const { pool, migrations } = database;
      for (const file of files.slice(0, index + 1)) await runScript(pool, file.sql);
      await recordAsApplied(pool, files.slice(0, index + 1));
      await pool.query(
        'UPDATE _prisma_migrations SET finished_at = NULL, applied_steps_count = 0 WHERE migration_name = $1',
        [files[index]?.name],
      );
      expect((await migrations.apply()).recovered).toEqual([{ name: files[index]?.name, outcome: 'kept' }]);
      expect(await migrations.status()).toMatchObject({ ok: true });
    },
  );

  it('drops the invalid leftover of a concurrent build and builds again', { tags: ['story'] }, async () => {
    const { pool, migrations } = database;
    await runAll(pool, files);
    const key = files.find(({ name }) => name.endsWith('cost_data_bucket_key'));
    await pool.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'cost_data_bucket_key'::regclass`);
    expect(await migrations.status()).toMatchObject({
      ok: false,
      drift: [{ object: 'index cost_data_bucket_key', problem: 'different' }],
    });
    await pool.query(
      'UPDATE _prisma_migrations SET finished_at = NULL, applied_steps_count = 0 WHERE migration_name = $1',
      [key?.name],
    );
    expect((await migrations.apply()).recovered).toEqual([{ name: key?.name, outcome: 'repeated' }]);
    expect(await migrations.status()).toMatchObject({ ok: true });
  });

  // The comparison is the same everywhere; a server is quicker to set up.
  it.each(kind === 'postgresql' ? DRIFTS : DRIFTS.slice(0, 1))(
    'names the drift after %s, and refuses to migrate',
    async (sql, object) => {
      await runAll(database.pool, files);
      await database.pool.query(sql);
      const status = await database.migrations.status();
      expect(status.ok).toBe(false);
      expect(status.drift.map((difference) => difference.object)).toEqual([object]);
      const before = await dumpSchema(database.pool);
      await expect(database.migrations.apply()).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining(object) as string,
      });
      await expect(database.migrations.rollback({})).rejects.toMatchObject({ code: 'conflict' });
      expect(await dumpSchema(database.pool)).toBe(before);
    },
  );

  it('refuses a history with an edited migration', async () => {
    await runAll(database.pool, files);
    await database.pool.query(`UPDATE _prisma_migrations SET checksum = 'another' WHERE migration_name = $1`, [
      files[2]?.name,
    ]);
    expect(await database.migrations.status()).toMatchObject({ ok: false, edited: [files[2]?.name] });
    await expect(database.migrations.apply()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Edited') as string,
    });
  });

  it('refuses the history of a newer version', async () => {
    await runAll(database.pool, files);
    await database.pool.query(
      `UPDATE _prisma_migrations SET migration_name = '29990101000000_later' WHERE migration_name = $1`,
      [files.at(-1)?.name],
    );
    expect(await database.migrations.status()).toMatchObject({
      ok: false,
      unknown: ['29990101000000_later'],
      pending: [files.at(-1)?.name],
    });
    await expect(database.migrations.apply()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('29990101000000_later') as string,
    });
    await expect(database.migrations.requireCurrent()).rejects.toMatchObject({ code: 'schema' });
  });

  it('refuses a database with other tables and no history', async () => {
    await database.pool.query('CREATE TABLE orders (id int)');
    await expect(database.migrations.apply()).rejects.toMatchObject({
      code: 'schema',
      message: expect.stringContaining('orders') as string,
    });
    await expect(database.migrations.adopt()).rejects.toMatchObject({ code: 'schema' });
  });

  it(
    'adopts a database that was pushed, and leaves what Prisma cannot push to be migrated',
    { tags: ['story'] },
    async () => {
      const schema = await readSchema();
      const session = await database.openSession();
      await withEngine(session, (engine) =>
        engine.schemaPush({
          force: false,
          schema: { files: [{ path: 'schema.prisma', content: schema }] },
          filters: NO_FILTERS,
        }),
      );
      await session.close();
      await expect(database.migrations.apply()).rejects.toMatchObject({
        code: 'schema',
        hint: expect.stringContaining('adopt') as string,
      });
      const { adopted, pending, problems } = await database.migrations.adopt();
      expect(problems).toEqual([]);
      // Checks and functions: schema.prisma has no words for them, so a push cannot make them.
      const invisible = files
        .filter(
          ({ sql }) =>
            !/(CREATE (TABLE|UNIQUE INDEX|INDEX)|(CREATE|ALTER) TYPE|ADD COLUMN|FOREIGN KEY|PRIMARY KEY)/.test(sql),
        )
        .map(({ name }) => name);
      expect(pending).toEqual(invisible);
      expect([...adopted, ...pending].sort()).toEqual(files.map(({ name }) => name));
      expect((await database.migrations.apply()).applied).toEqual(pending);
      expect(await database.migrations.status()).toMatchObject({ ok: true });
      expect(await database.migrations.diff()).toMatchObject({ empty: true });
    },
  );

  it('adopts the old schema as the baseline', async () => {
    await database.pool.query(files[0]?.sql ?? '');
    await fillBaseline(database.pool);
    expect((await database.migrations.adopt()).adopted).toEqual([files[0]?.name]);
    await database.migrations.apply();
    expect(await database.migrations.status()).toMatchObject({ ok: true });
  });

  it('shows the SQL to schema.prisma', async () => {
    await runAll(database.pool, files);
    expect(await database.migrations.diff()).toMatchObject({ empty: true });
    await database.pool.query('DROP INDEX cost_data_api_version_idx');
    const { empty, sql } = await database.migrations.diff();
    expect(empty).toBe(false);
    expect(sql).toContain('CREATE INDEX cost_data_api_version_idx');
  });

  it('resolves a failed migration by hand, either way', async () => {
    const { pool, migrations } = database;
    await runAll(pool, files);
    const last = files.at(-1)?.name ?? '';
    await expect(migrations.resolve({ name: last, as: 'applied' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(migrations.resolve({ name: last, as: 'rolled-back' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(migrations.resolve({ name: 'nonsense', as: 'applied' })).rejects.toMatchObject({ code: 'usage' });
    await pool.query('UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = $1', [last]);
    expect(await migrations.resolve({ name: last.replace(/^\d+_/, ''), as: 'applied' })).toBe(last);
    expect(await migrations.status()).toMatchObject({ ok: true });
    await pool.query(
      'UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = $1 AND rolled_back_at IS NULL',
      [last],
    );
    await migrations.resolve({ name: last, as: 'rolled-back' });
    expect(await migrations.status()).toMatchObject({ failed: [], pending: [last] });
  });
});

describe('on a server', () => {
  const rounds = inject('long') ? 20 : 2;
  it(
    `lets two migrators that start at the same instant apply each migration once, ${rounds} times`,
    { tags: ['story'] },
    async () => {
      for (let round = 0; round < rounds; round++) {
        const target = await useEmptyTarget('postgresql');
        const databases = await Promise.all([openDatabase(target), openDatabase(target)]);
        const results = await Promise.all(databases.map(({ migrations }) => migrations.apply()));
        expect(results.flatMap(({ applied }) => applied).sort()).toEqual(files.map(({ name }) => name));
        await Promise.all(databases.map((database) => database.close()));
      }
    },
  );

  it('survives being killed in the middle', { tags: ['story'] }, async () => {
    const target = await useEmptyTarget('postgresql');
    const moments = inject('long') ? files.map((_, index) => index) : [2];
    for (const wait of moments) {
      const child = startProgram('migrate.ts', [target.url]);
      const gone = ended(child);
      child.on('message', (step) => {
        if (step === wait) setTimeout(() => child.kill('SIGKILL'), wait * 3);
      });
      await gone;
    }
    const database = await openDatabase(target);
    await database.migrations.apply();
    expect(await database.migrations.status()).toMatchObject({ ok: true });
    await database.close();
  });
});
