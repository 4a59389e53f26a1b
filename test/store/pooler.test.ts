import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import pg from 'pg';
import { openDatabase } from '../helpers/open-database.js';
import { createStore } from '../../src/store/store.js';
import { useEmptyTarget } from '../helpers/database.js';
import { hasPgbouncer, throughPgbouncer } from '../helpers/pgbouncer.js';

const SETTINGS = ['search_path', 'TimeZone', 'row_security', 'statement_timeout', 'DateStyle'] as const;

// Where it is not installed the tests count as skipped; .ci/run installs it.
const withPooler = it.runIf(await hasPgbouncer());

withPooler.each([
  { ours: '?schema=costs', place: 'costs', theirs: 'public' },
  { ours: '', place: 'public', theirs: 'shop' },
])('shares a pooler in transaction mode with another application: ours in $place', async ({ ours, place, theirs }) => {
  const target = await useEmptyTarget('postgresql');
  const direct = await openDatabase({ ...target, url: `${target.url}${ours}` });
  if (place === 'costs')
    await direct.pool.query(`CREATE TABLE public.teams (id int); INSERT INTO public.teams VALUES (7)`);
  await direct.migrations.apply();
  if (theirs === 'shop')
    await direct.pool.query(`CREATE SCHEMA shop CREATE TABLE teams (id int); INSERT INTO shop.teams VALUES (7)`);
  await direct.close();

  const url = await throughPgbouncer(target.url);
  // What the other application leaves behind on both connections of the pooler must not move our names.
  const others = await Promise.all([0, 1].map(() => connect(url)));
  const left = `SET search_path = ${theirs}; CREATE TEMPORARY TABLE projects (id int); CREATE TEMPORARY TABLE cost_data (id int)`;
  await Promise.all(others.map((client) => client.query(`BEGIN; ${left}; SELECT pg_sleep(0.2); COMMIT`)));
  const before = await settingsOf(others);

  const database = await openDatabase({ ...target, url: `${url}${ours}` });
  await createStore(database).teams.open('acme');
  await database.prisma.$transaction(async (tx) => {
    await tx.project.create({ data: { id: 'p1', teamId: (await tx.team.findFirstOrThrow()).id, name: 'Search' } });
  });
  const readers = Array.from({ length: 20 }, () =>
    database.sql.snapshot(
      (tx) => tx.$queryRaw`SELECT name FROM teams JOIN (SELECT team_id FROM projects) p ON p.team_id = teams.id`,
    ),
  );
  for (const rows of await Promise.all(readers)) expect(rows).toEqual([{ name: 'acme' }]);
  expect((await database.pool.query('SELECT name FROM teams')).rows).toEqual([{ name: 'acme' }]);
  await expect(database.migrations.requireCurrent()).resolves.toBeInstanceOf(Function);
  await expect(database.migrations.apply()).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining('pooler in transaction mode') as string,
  });

  for (const client of others) expect((await client.query('SELECT id FROM teams')).rows).toEqual([{ id: 7 }]);
  expect(await settingsOf(others)).toEqual(before);
  await database.close();
  await Promise.all(others.map((client) => client.end()));
});

withPooler('migrates nothing through a pooler in transaction mode that serves others meanwhile', async () => {
  const target = await useEmptyTarget('postgresql');
  const url = await throughPgbouncer(target.url);
  let served = true;
  const others = [1, 2, 3].map(async (pause) => {
    const client = await connect(url);
    while (served) {
      await client.query('SELECT 1');
      await sleep(pause);
    }
    await client.end();
  });
  const database = await openDatabase({ ...target, url });
  try {
    for (let attempt = 0; attempt < 10; attempt++) {
      await expect(database.migrations.apply()).rejects.toMatchObject({
        message: expect.stringContaining('pooler in transaction mode') as string,
      });
    }
  } finally {
    served = false;
    await Promise.all(others);
    await database.close();
  }
});

withPooler('migrates through a pooler in session mode with room for three', async () => {
  const target = await useEmptyTarget('postgresql');
  const database = await openDatabase({
    ...target,
    url: await throughPgbouncer(target.url, { mode: 'session', size: 3, waitSeconds: 1 }),
  });
  await database.migrations.apply();
  await expect(database.migrations.requireCurrent()).resolves.toBeInstanceOf(Function);
  await database.close();
});

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  return client;
}

/** What each of the pooler's connections is set to: one transaction each at the same time takes them all. */
async function settingsOf(clients: readonly pg.Client[]): Promise<unknown[]> {
  await Promise.all(clients.map((client) => client.query('BEGIN')));
  const list = SETTINGS.map((name) => `current_setting('${name}') AS "${name}"`).join(', ');
  const found = await Promise.all(
    clients.map(async (client) => (await client.query<object>(`SELECT ${list}`)).rows[0]),
  );
  await Promise.all(clients.map((client) => client.query('COMMIT')));
  return found;
}
