import pg from 'pg';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.js';
import { createUsageStore } from '../../src/store/usage/usage-store.js';
import { STORY_KINDS, createTestDatabase, useTestDatabase } from '../helpers/database.js';
import { dumpSchema } from '../helpers/dump-schema.js';

/** Rows of three months with a day on each of their ends, of none, and with a number that no float holds. */
async function fillUsage({ pool }: Database): Promise<void> {
  await pool.query(`
    INSERT INTO teams (id, name) VALUES ('t1', 'acme');
    INSERT INTO projects (id, team_id, name) VALUES ('p1', 't1', 'Search');
    ${insertUsage(`(VALUES ('2025-12-31 23:00:00'::timestamp), ('2026-01-01'), ('2026-01-31 23:59:59.999'), ('2026-02-28'), ('0044-03-15'), ('infinity'), ('-infinity')) AS v (at), generate_series(1, 40) AS n`)}`);
}

function insertUsage(from: string): string {
  return `INSERT INTO usage_data (id, project_id, bucket_width, bucket_start_time, bucket_end_time, endpoint, token_type, unit, model, service_tier, batch, api_key_id, context_window, inference_geo, detail, quantity)
    SELECT gen_random_uuid()::text, 'p1', '1h', at, at, 'completions', 'input', 'tokens', 'gpt ''5''', '', '', 'key_' || n, '', '', '', 9007199254740993.000000000000000000000000000001 * n FROM ${from};`;
}

async function rowsOf({ pool }: Database): Promise<string[]> {
  const { rows } = await pool.query<{ row: string }>('SELECT u::text AS row FROM usage_data u ORDER BY 1');
  return rows.map(({ row }) => row);
}

/** How many rows each partition that has some holds. */
async function places({ pool }: Database): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ name: string; count: number }>(
    'SELECT tableoid::regclass::text AS name, count(*)::int AS count FROM usage_data GROUP BY 1 ORDER BY 1',
  );
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

const MONTHS = {
  usage_data_0044_03: 40,
  usage_data_2025_12: 40,
  usage_data_2026_01: 80,
  usage_data_2026_02: 40,
  usage_data_default: 80,
};

describe.each(STORY_KINDS)('usage in partitions on %s', (kind) => {
  it(
    'has a partition a month and a year ahead, keeps every row, is no drift, and leads back to exactly the table it was',
    { tags: ['story'] },
    async () => {
      const { database } = await useTestDatabase(kind);
      const { migrations, pool } = database;
      await fillUsage(database);
      const [rows, schema] = [await rowsOf(database), await dumpSchema(pool)];

      const planned = await migrations.partitionUsage({ dryRun: true });
      expect([await rowsOf(database), await dumpSchema(pool)]).toEqual([rows, schema]);
      const { steps, done } = await migrations.partitionUsage({});
      expect({ steps, done }).toEqual({ steps: planned.steps, done: true });
      expect(await places(database)).toEqual(MONTHS);
      expect(await rowsOf(database)).toEqual(rows);
      expect(await migrations.status()).toMatchObject({ ok: true, drift: [], foreign: [] });
      expect(await migrations.diff()).toMatchObject({ empty: true });
      const { rows: ahead } = await pool.query<{ next: string | null }>(
        `SELECT to_regclass('usage_data_' || to_char(now() AT TIME ZONE 'UTC' + interval '1 year', 'YYYY_MM'))::text AS next`,
      );
      expect(ahead[0]?.next).toMatch(/^usage_data_/);
      expect(await migrations.partitionUsage({})).toMatchObject({ steps: [], sql: '' });

      await migrations.partitionUsage({ undo: true });
      expect(await rowsOf(database)).toEqual(rows);
      expect(await dumpSchema(pool)).toBe(schema);
      expect(await migrations.partitionUsage({ undo: true })).toMatchObject({ steps: [], sql: '' });
    },
  );

  it('takes a row of a month that has no partition, and moves it to one of its own the next time', async () => {
    const { database } = await useTestDatabase(kind);
    const usage = createUsageStore(database.sql);
    await fillUsage(database);
    expect(await usage.hasUnplaced()).toBe(false);
    await database.migrations.partitionUsage({});
    expect(await usage.hasUnplaced()).toBe(false);
    await database.pool.query(insertUsage(`(VALUES ('2031-07-04'::timestamp)) AS v (at), generate_series(1, 3) AS n`));
    expect(await places(database)).toEqual({ ...MONTHS, usage_data_default: 83 });
    expect(await usage.hasUnplaced()).toBe(true);
    const { steps } = await database.migrations.partitionUsage({});
    expect(await usage.hasUnplaced()).toBe(false);
    expect(steps.map(({ text }) => text)).toEqual([
      'move 3 rows of 2031-07 to usage_data_2031_07',
      'clean up and analyze usage_data',
    ]);
    expect(await places(database)).toEqual({ ...MONTHS, usage_data_2031_07: 3 });
  });

  it('goes on where it was broken off, there and back', { tags: ['story'] }, async () => {
    const { database } = await useTestDatabase(kind);
    const { migrations } = database;
    await fillUsage(database);
    const rows = await rowsOf(database);
    for (const undo of [false, true]) {
      const interruption = new AbortController();
      let steps = 0;
      const broken = migrations.partitionUsage({
        undo,
        signal: interruption.signal,
        onStep: () => (steps += 1) === 3 && interruption.abort(),
      });
      await expect(broken).rejects.toMatchObject({ code: 'interrupted' });
      expect(await rowsOf(database)).toEqual(rows);
      expect(await migrations.status()).toMatchObject({ ok: true });
      await migrations.partitionUsage({ undo });
      expect(await rowsOf(database)).toEqual(rows);
      expect(Object.keys(await places(database))).toEqual(undo ? ['usage_data'] : Object.keys(MONTHS));
    }
  });

  it('is taken back by a rollback past its key, and comes again after migrating', { tags: ['story'] }, async () => {
    const { database } = await useTestDatabase(kind);
    const { migrations } = database;
    await fillUsage(database);
    const rows = await rowsOf(database);
    await migrations.partitionUsage({});
    await migrations.rollback({ to: 'budget_scopes' });
    expect(await rowsOf(database)).toEqual(rows);
    const pending = expect.arrayContaining([expect.stringMatching(/usage_data_pkey$/)]) as string[];
    expect(await migrations.status()).toMatchObject({ drift: [], pending });
    await expect(migrations.partitionUsage({})).rejects.toMatchObject({ code: 'schema' });
    await migrations.apply();
    await migrations.partitionUsage({});
    expect(await places(database)).toEqual(MONTHS);
    expect(await rowsOf(database)).toEqual(rows);
  });
});

it('leaves a table alone on which others rely, and names what is in the way', { tags: ['story'] }, async () => {
  const { database } = await useTestDatabase('postgresql');
  const { migrations, pool } = database;
  await pool.query('CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$');
  for (const [make, drop, object] of [
    ['CREATE VIEW my_report AS SELECT * FROM usage_data', 'DROP VIEW my_report', /view my_report/],
    [
      'CREATE TRIGGER t BEFORE INSERT ON usage_data FOR EACH ROW EXECUTE FUNCTION touch()',
      'DROP TRIGGER t ON usage_data',
      /trigger t on table usage_data/,
    ],
    ['CREATE UNIQUE INDEX u ON usage_data (id)', 'DROP INDEX u', /unique index u without bucket_start_time/],
    [
      'CREATE PUBLICATION p FOR TABLE usage_data',
      'DROP PUBLICATION p',
      /publication of table usage_data in publication p/,
    ],
    [
      'CREATE TABLE usage_data_default ()',
      'DROP TABLE usage_data_default',
      /relation usage_data_default, whose name is needed/,
    ],
  ] as const) {
    await pool.query(make);
    const schema = await dumpSchema(pool);
    await expect(migrations.partitionUsage({ dryRun: true })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(object) as string,
    });
    expect(await dumpSchema(pool)).toBe(schema);
    await pool.query(drop);
  }
  await migrations.partitionUsage({});
  await pool.query('CREATE TRIGGER t BEFORE INSERT ON usage_data_default FOR EACH ROW EXECUTE FUNCTION touch()');
  expect(await migrations.status()).toMatchObject({
    drift: [],
    foreign: expect.arrayContaining([
      { object: 'trigger usage_data_default.t', stops: 'it runs with each of our writes' },
    ]) as unknown,
  });
  await pool.query('ALTER TABLE usage_data DETACH PARTITION usage_data_default');
  expect((await migrations.status()).drift.map(({ object }) => object)).toContain('table usage_data');
});

it('keeps who may do what with the table, also where others get rights to new tables, and indexes of others', async () => {
  const { database } = await useTestDatabase('postgresql');
  const { migrations, pool } = database;
  await pool.query(`
    DO $$ BEGIN CREATE ROLE usage_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
    GRANT SELECT ON usage_data TO PUBLIC; GRANT UPDATE (quantity) ON usage_data TO usage_reader;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO usage_reader; ALTER TABLE usage_data ENABLE ROW LEVEL SECURITY;
    CREATE INDEX by_key ON usage_data (api_key_id)`);
  const rights = async () =>
    (
      await pool.query<{ relacl: string }>(
        `SELECT relacl::text, relrowsecurity, (SELECT attacl::text FROM pg_attribute WHERE attrelid = c.oid AND attname = 'quantity') FROM pg_class c WHERE relname = 'usage_data'`,
      )
    ).rows;
  const before = await rights();
  await fillUsage(database);
  await migrations.partitionUsage({});
  expect(await rights()).toEqual(before);
  const { rows } = await pool.query(
    `SELECT FROM pg_indexes WHERE indexdef LIKE '%usage_data\\_2026\\_0% (api_key_id)'`,
  );
  expect(rows).toHaveLength(2);
  const { rows: open } = await pool.query(
    `SELECT relname FROM pg_class WHERE relname ~ '^usage_data_[0-9_]+$' AND (relacl::text LIKE '%usage_reader%' OR NOT relrowsecurity)`,
  );
  expect(open).toEqual([]);
  await pool.query('REVOKE SELECT ON usage_data FROM PUBLIC');
  const changed = await rights();
  await migrations.partitionUsage({ undo: true });
  expect(await rights()).toEqual(changed);
});

it(
  'waits for a reader and says so, lets everybody pass meanwhile, and loses nothing that is written at the same time',
  { tags: ['story'] },
  async () => {
    const test = await createTestDatabase('postgresql');
    const { database, target } = test;
    const [reader, writer] = [new pg.Client(target.url), new pg.Client(target.url)];
    await Promise.all([reader.connect(), writer.connect()]);
    try {
      await fillUsage(database);
      await reader.query('BEGIN; SELECT count(*) FROM usage_data');
      const lines: string[] = [];
      const partitioned = database.migrations.partitionUsage({ onWait: (line) => lines.push(line) });
      let written = 280;
      const deadline = Date.now() + 60_000;
      while (lines.length === 0 && Date.now() < deadline) {
        written += 1;
        await writer.query(
          insertUsage(`(VALUES ('2026-02-01'::timestamp)) AS v (at), generate_series(${written}, ${written}) AS n`),
        );
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(lines).toEqual([expect.stringMatching(/^Waiting for a lock on usage_data, held by pid \d+/)]);
      await reader.query('COMMIT');
      await partitioned;
      expect(Object.values(await places(database)).reduce((sum, count) => sum + count)).toBe(written);
    } finally {
      await Promise.all([reader.end(), writer.end()]);
      await test.drop();
    }
  },
);
