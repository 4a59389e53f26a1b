// @module-tag story

import pg from 'pg';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Database } from '../../../src/store/database.js';
import { readMigrations } from '../../../src/store/migrations/folder.js';
import { openDatabase } from '../../../src/store/open.js';
import { createEmptyTarget } from '../../helpers/database.js';
import { ended, startProgram } from '../../helpers/program.js';
import { fillBaseline, runScript } from '../../helpers/schema-states.js';

let database: Database;
let url: string;
let other: pg.Client;
let remove: () => Promise<void>;
beforeEach(async () => {
  const made = await createEmptyTarget('postgresql');
  remove = made.remove;
  database = await openDatabase(made.target);
  url = 'url' in made.target ? made.target.url : '';
  other = new pg.Client({ connectionString: url, application_name: 'his report' });
  await other.connect();
});
afterEach(async () => {
  await other.end();
  await database.close();
  await remove();
});

const lines: string[] = [];
const onWait = (line: string) => lines.push(line);
beforeEach(() => lines.splice(0));

it.each([
  [
    'another migrator',
    'SELECT pg_advisory_lock(72707369)',
    /^Waiting for another migrator, held by pid \d+ \(his report, user postgres\) since .* 20\d\d .* UTC\.$/,
  ],
  [
    'a table',
    'BEGIN; LOCK TABLE cost_data IN ACCESS SHARE MODE',
    /^Waiting for a lock on cost_data, held by pid \d+ \(his report, user postgres\) since/,
  ],
  [
    'an old snapshot under an index that is built',
    'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class',
    /^Waiting for transactions that began earlier to end, held by pid \d+ \(his report/,
  ],
])('says what it waits for, ends when --wait is over, and goes on once it is free: %s', async (what, hold, told) => {
  const { migrations } = database;
  await migrations.apply();
  const to = what === 'a table' ? 'baseline' : 'multi_org_support';
  await migrations.rollback({ to });
  await other.query(hold);
  await expect(migrations.apply({ onWait, waitMs: 2_500 })).rejects.toMatchObject({
    code: 'unreachable',
    hint: expect.stringMatching(/: SELECT pg_terminate_backend\(\d+\)$/) as string,
  });
  expect(lines).toEqual([expect.stringMatching(told)]);
  await other.query(hold.startsWith('BEGIN') ? 'COMMIT' : 'SELECT pg_advisory_unlock(72707369)');
  await migrations.apply();
  expect(await migrations.status()).toMatchObject({ ok: true });
});

it.each(['while it waits', 'between two attempts', 'at work'])(
  'changes nothing any more once it is asked to end: %s',
  async (when) => {
    const { migrations, pool } = database;
    await runScript(pool, (await readMigrations())[0]?.sql ?? '');
    await fillBaseline(pool);
    await pool.query('ALTER TABLE users ALTER COLUMN role TYPE varchar(40)');
    const isWaiting = when !== 'at work';
    if (isWaiting) await other.query('BEGIN; LOCK TABLE cost_data IN ACCESS SHARE MODE');
    else
      await pool.query(`CREATE FUNCTION slow() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); END $$;
      CREATE EVENT TRIGGER slow ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION slow()`);
    const controller = new AbortController();
    const adopting = migrations.adopt({ signal: controller.signal, onWait });
    const refused = expect(adopting).rejects.toMatchObject({ code: 'interrupted' });
    if (when === 'while it waits') await vi.waitUntil(() => lines.length > 0, 200_000);
    if (when === 'between two attempts') {
      const waits = async () =>
        (
          await pool.query(
            `SELECT FROM pg_locks WHERE NOT granted AND relation = 'cost_data'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
          )
        ).rowCount === 1;
      await vi.waitUntil(waits, 200_000);
      await vi.waitUntil(async () => !(await waits()), 200_000);
    }
    if (!isWaiting)
      await vi.waitUntil(
        async () =>
          (
            await pool.query(
              `SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`,
            )
          ).rowCount === 1,
        200_000,
      );
    controller.abort();
    if (when === 'between two attempts') await other.query('COMMIT');
    await refused;
    await other.query('COMMIT');
    expect(await migrations.status()).toMatchObject({ history: false });
  },
);

it('lets a writer pass before PostgreSQL would end it, where the two wait for each other', async () => {
  const { migrations, pool } = database;
  await migrations.apply();
  const meets = async (first: string, then: string, work: () => Promise<unknown>) => {
    await other.query(`BEGIN; SET LOCAL deadlock_timeout = '700ms'; LOCK TABLE ${first} IN ROW EXCLUSIVE MODE`);
    const done = work();
    await vi.waitUntil(
      async () => (await pool.query('SELECT FROM pg_locks WHERE NOT granted')).rowCount === 1,
      200_000,
    );
    await other.query(`LOCK TABLE ${then} IN ROW EXCLUSIVE MODE; COMMIT`);
    await done;
  };
  await meets('projects', 'cost_data', () => migrations.rollback({ to: 'baseline' }));
  await meets('cost_data', 'projects', () => migrations.apply());
  expect(await migrations.status()).toMatchObject({ ok: true });
});

it('leaves its lock soon when it is killed while it waits for an old snapshot, where the server can tell', async () => {
  const { migrations, pool } = database;
  await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class');
  const holders = async (of = 'true') => {
    const { rows } = await pool.query<{ pid: number }>(
      `SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND objid = 72707369 AND ${of}`,
    );
    return rows.length;
  };
  const migrator = startProgram('migrate.ts', [url]);
  const gone = ended(migrator);
  await vi.waitUntil(() => holders(`query ILIKE '%INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'`), 200_000);
  migrator.kill('SIGKILL');
  await gone;
  const { rows } = await pool.query<{ tells: boolean }>(
    `SELECT current_setting('client_connection_check_interval', true) IS NOT NULL AS tells`,
  );
  if (rows[0]?.tells === true) await vi.waitUntil(async () => (await holders()) === 0, 60_000);
  await other.query('COMMIT');
  await migrations.apply();
  expect(await migrations.status()).toMatchObject({ ok: true });
});
