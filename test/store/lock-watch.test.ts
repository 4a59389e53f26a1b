// @module-tag story

import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findBlocker } from '../../src/store/blockers.js';
import { openDatabase } from '../../src/store/open.js';
import { createReadyTarget } from '../helpers/database.js';
import { hasPgbouncer, throughPgbouncer } from '../helpers/pgbouncer.js';

let url: string;
let other: pg.Client;
let remove: () => Promise<void>;
beforeEach(async () => {
  const made = await createReadyTarget('postgresql');
  ({ remove } = made);
  ({ url } = made.target);
  other = new pg.Client({ connectionString: url, application_name: 'a forgotten psql' });
  await other.connect();
});
afterEach(async () => {
  await other.end();
  await remove();
});

const PATIENCE = { timeout: 20_000, interval: 100 };
const TOLD = /^Waiting for a lock on teams, held by pid \d+ \(a forgotten psql, user postgres\) since .* UTC\.$/;

it('tells once who holds what a statement waits for, nothing of one that only takes long, and goes on when it is free', async () => {
  const lines: string[] = [];
  const database = await openDatabase({ kind: 'postgresql', url }, { onLocked: (line) => lines.push(line) });
  const long = database.pool.query('SELECT pg_sleep(12)');
  await other.query('BEGIN; LOCK TABLE teams');
  const waiting = database.pool.query('SELECT count(*)::int AS teams FROM teams');
  await vi.waitFor(() => expect(lines).toEqual([expect.stringMatching(TOLD)]), PATIENCE);
  await long;
  await other.query('ROLLBACK');
  expect((await waiting).rows).toEqual([{ teams: expect.any(Number) as number }]);
  // Nobody waits any more, and nothing of those that look is left.
  await sleep(6_000);
  expect(lines).toHaveLength(1);
  const mine = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'costs'`;
  expect((await other.query<{ count: number }>(mine)).rows[0]?.count).toBe(2);
  await database.close();
});

it('names the same one of several that hold a lock, whoever of them took it first', async () => {
  const [second, waiting] = [new pg.Client(url), new pg.Client(url)];
  await second.connect();
  await waiting.connect();
  const database = await openDatabase({ kind: 'postgresql', url });
  const pidOf = async (client: pg.Client) =>
    (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0;
  const [pids, waits] = [[await pidOf(other), await pidOf(second)], await pidOf(waiting)];
  for (const holders of [
    [other, second],
    [second, other],
  ]) {
    for (const holder of holders) await holder.query('BEGIN; LOCK TABLE teams IN SHARE MODE');
    const lock = waiting.query('BEGIN; LOCK TABLE teams; ROLLBACK');
    await vi.waitFor(
      async () =>
        expect(await findBlocker(database.pool, [waits])).toEqual({
          blocker: Math.min(...pids),
          what: 'a lock on teams',
        }),
      PATIENCE,
    );
    for (const holder of holders) await holder.query('ROLLBACK');
    await lock;
  }
  await database.close();
  await waiting.end();
  await second.end();
});

it('is told by a command on standard error, which then ends as always', async () => {
  await other.query('BEGIN; LOCK TABLE teams');
  const program = execFile(
    process.execPath,
    [fileURLToPath(new URL('../../bin/costs.js', import.meta.url)), 'status'],
    {
      env: { PATH: process.env.PATH, DATABASE_URL: url },
    },
  );
  let said = '';
  program.stderr?.on('data', (text) => (said += String(text)));
  await vi.waitFor(
    () => expect(said).toMatch(/Waiting for a lock on teams, held by pid \d+ \(a forgotten psql/),
    PATIENCE,
  );
  await other.query('ROLLBACK');
  await new Promise((resolve) => program.once('exit', resolve));
  expect(program.exitCode).not.toBeNull();
});

it.runIf(await hasPgbouncer())('says nothing behind a pooler, which makes up the numbers of processes', async () => {
  const lines: string[] = [];
  const pooled = await throughPgbouncer(url);
  const database = await openDatabase({ kind: 'postgresql', url: pooled }, { onLocked: (line) => lines.push(line) });
  await other.query('BEGIN; LOCK TABLE teams');
  const waiting = database.pool.query('SELECT count(*) FROM teams');
  await sleep(12_000);
  await other.query('ROLLBACK');
  await waiting;
  expect(lines).toEqual([]);
  await database.close();
});
