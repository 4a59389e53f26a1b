import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../../src/store/database.js';
import { openDatabase } from '../../../src/store/open.js';
import { createEmptyTarget } from '../../helpers/database.js';

let database: Database;
let other: pg.Client;
let remove: () => Promise<void>;
beforeEach(async () => {
  const made = await createEmptyTarget('postgresql');
  remove = made.remove;
  database = await openDatabase(made.target);
  const url = 'url' in made.target ? made.target.url : '';
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
  await expect(migrations.apply({ onWait, waitMs: 2_500 })).rejects.toMatchObject({ code: 'unreachable' });
  expect(lines).toEqual([expect.stringMatching(told)]);
  await other.query(hold.startsWith('BEGIN') ? 'COMMIT' : 'SELECT pg_advisory_unlock(72707369)');
  await migrations.apply();
  expect(await migrations.status()).toMatchObject({ ok: true });
});
