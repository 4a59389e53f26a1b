import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, inject, it } from 'vitest';
import pg from 'pg';
import { CostsError } from '../../src/errors.js';
import { parseDatabaseUrl } from '../../src/store/address.js';
import { requireCurrentSchema } from '../../src/store/migrations/require-current.js';
import { openDatabase } from '../helpers/open-database.js';
import { createStore } from '../../src/store/store.js';
import type { Statements } from '../../src/store/statements.js';
import { onServer, useTestDatabase } from '../helpers/database.js';

let server: Server | undefined;
afterEach(() => server?.close());

it('names host and port of a server that is not there', async () => {
  const error = await failure('postgresql://ana:s3cret-word@127.0.0.1:1/costs');
  expect(error).toMatchObject({ code: 'unreachable', exitCode: 6 });
  expect(error.message).toContain('127.0.0.1:1');
});

it.each(['s3/cret', 's3#cret', 's3?cret', 's3@x/cret', '12/cret', '12?s3=cret', '12?s3&cret', 's3%cret', 's3@x#cret'])(
  'says that the password %s has to be encoded, and prints no part of it',
  async (password) => {
    const error = await failure(`postgresql://ana:${password}@db.invalid/costs`);
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining('percent-encoded') as string });
    expect(`${error.message} ${error.hint ?? ''}`).not.toMatch(/s3|cret|ana|12/);
  },
);

it.each([
  'postgresql:///costs?host=/tmp&user=a@b',
  'postgresql://ana:s3%2Fcret@db.invalid/costs',
  'postgresql://ana:s3@cret@db.invalid/costs',
])('takes %s for what it is', (url) => {
  expect(parseDatabaseUrl(url).database).toBe('costs');
});

it('names the schema in which it found nothing: the name may be mistyped', async () => {
  const { target } = await useTestDatabase('postgresql');
  const url = new URL(target.url);
  url.searchParams.set('schema', 'cosst');
  const database = await openDatabase({ kind: 'postgresql', url: url.href });
  const refused = await requireCurrentSchema(database).catch((error: unknown) => error);
  await database.close();
  expect(refused).toMatchObject({
    code: 'schema',
    message: expect.stringMatching(/^The schema "?cosst"? of .* is empty\.$/) as string,
  });
});

it('says that quotes are no part of an address', async () => {
  const error = await failure('"postgresql://ana:s3cret-word@127.0.0.1:1/costs"');
  expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining('in quotes') as string });
});

it('names a host that does not exist', async () => {
  const error = await failure('postgresql://ana:s3cret-word@no-such-host.invalid/costs');
  expect(error).toMatchObject({ code: 'unreachable' });
  expect(error.message).toContain('no-such-host.invalid:5432');
});

it('gives up on a server that never answers in under ten seconds', { tags: ['story'] }, async () => {
  const port = await listen(() => undefined);
  const start = performance.now();
  const error = await failure(`postgresql://ana:s3cret-word@127.0.0.1:${port}/costs`);
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(error).toMatchObject({ code: 'unreachable' });
  expect(error.message).toContain(`127.0.0.1:${port}`);
});

it.each([
  ['speaks HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ['greets like MySQL', '\u004a\u0000\u0000\u0000\u000a8.0.36\u0000'],
])('tells a service that %s from PostgreSQL', async (_, greeting) => {
  const port = await listen((socket) => socket.end(greeting));
  const error = await failure(`postgresql://ana:s3cret-word@127.0.0.1:${port}/costs`);
  expect(error).toMatchObject({
    code: 'unreachable',
    message: `127.0.0.1:${port} does not answer as a PostgreSQL server does.`,
  });
});

it('tells a refused password', async ({ skip }) => {
  if (!(await asksForPasswords())) skip('this server trusts everybody');
  const url = serverUrl({ password: 's3cret-word' });
  expect(await failure(url)).toMatchObject({ code: 'auth', exitCode: 4 });
});

it('tells a missing password', async ({ skip }) => {
  if (!(await asksForPasswords())) skip('this server trusts everybody');
  expect(await failure(serverUrl({ password: '' }))).toMatchObject({ code: 'auth' });
});

it('tells a database that does not exist', async () => {
  const error = await failure(serverUrl({ database: 'no_such_database' }));
  expect(error).toMatchObject({ code: 'failed' });
  expect(error.message).toContain('no_such_database');
});

it('tells a role that may not connect', async () => {
  await onServer(async (client) => {
    await client.query(`CREATE DATABASE costs_closed`);
    await client.query(
      `REVOKE CONNECT ON DATABASE costs_closed FROM PUBLIC; CREATE ROLE costs_outsider LOGIN PASSWORD 's3cret-word'`,
    );
  });
  const error = await failure(serverUrl({ user: 'costs_outsider', password: 's3cret-word', database: 'costs_closed' }));
  expect(error).toMatchObject({ code: 'failed' });
  expect(error.message).toContain('costs_outsider');
  await onServer(async (client) => {
    await client.query('DROP DATABASE costs_closed');
    await client.query('DROP ROLE costs_outsider');
  });
});

it('refuses a schema that Prisma cannot name', async () => {
  const { target } = await useTestDatabase('postgresql');
  const url = new URL(target.url);
  url.searchParams.set('schema', 'my "own"');
  expect(await failure(url.href)).toMatchObject({ hint: expect.stringContaining('?schema=costs') as string });
});

it('opens for a role whose transactions end when they are idle for a millisecond', async () => {
  const { target } = await useTestDatabase('postgresql');
  const name = new URL(target.url).pathname.slice(1);
  await onServer((client) => client.query(`ALTER DATABASE "${name}" SET idle_in_transaction_session_timeout = '1ms'`));
  for (let attempt = 0; attempt < 5; attempt++) await (await openDatabase(target)).close();
});

it('opens a server far away for a role whose transactions may not last', async () => {
  const { target } = await useTestDatabase('postgresql');
  const url = new URL(target.url);
  const name = url.pathname.slice(1);
  // Known to PostgreSQL 17 and later.
  await onServer((client) => client.query(`ALTER DATABASE "${name}" SET transaction_timeout = '250ms'`)).catch(() => 0);
  const port = await listen((socket) => {
    const { port: behind, hostname } = new URL(target.url);
    const there = connect(Number(behind), hostname);
    for (const each of [socket, there]) each.on('error', () => undefined);
    socket.pipe(there).on('close', () => socket.destroy());
    there.on('data', (answer) => setTimeout(() => socket.write(answer), 150));
  });
  Object.assign(url, { hostname: '127.0.0.1', port: String(port) });
  const database = await openDatabase({ kind: 'postgresql', url: url.href });
  expect((await database.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await database.close();
});

it.each([
  ['postgresql', '5min'],
  // A timer of its own would outlive a transaction that was cut off, and its process with it.
  ['embedded', '0'],
] as const)(
  'gives up the locks of a process that stands still inside a transaction, and no snapshot of a slow reader, in %s',
  async (kind, limited) => {
    const { database } = await useTestDatabase(kind);
    const limit = async (tx: Statements) =>
      tx.$queryRaw`SELECT current_setting('idle_in_transaction_session_timeout') AS limit`;
    expect(await database.prisma.$transaction(limit)).toEqual([{ limit: limited }]);
    expect(await database.sql.snapshot(limit)).toEqual([{ limit: '0' }]);
  },
);

it('tells a server without TLS', async () => {
  const url = new URL(serverUrl({}));
  url.searchParams.set('sslmode', 'require');
  const error = await failure(url.href);
  expect(error).toMatchObject({ code: 'failed' });
  expect(error.message).toContain('TLS');
  url.searchParams.set('sslmode', 'prefer');
  await (await openDatabase({ kind: 'postgresql', url: url.href })).close();
});

it.each([
  'mysql://ana:s3cret-word@localhost/costs',
  'localhost/costs?password=s3cret-word',
  'postgresql://ana:s3cret-word@localhost:port/costs',
])('refuses %s as bad input', async (url) => {
  expect(await failure(url)).toMatchObject({ code: 'usage', exitCode: 2 });
});

it('tells a connection that is lost in the middle, and a right that is missing', async () => {
  const { database } = await useTestDatabase('postgresql');
  const store = createStore(database);
  await database.pool.query(
    'CREATE ROLE connect_reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO connect_reader',
  );
  const session = await database.openSession();
  await session.pool.query('SET ROLE connect_reader');
  const denied: unknown = await session.pool
    .query(`INSERT INTO teams VALUES ('x', 'x')`)
    .catch((error: unknown) => database.explain(error));
  expect(denied).toMatchObject({
    code: 'failed',
    message: expect.stringContaining('permission denied for table teams') as string,
  });
  await session.close();
  await database.pool.query('DROP OWNED BY connect_reader; DROP ROLE connect_reader');
  const locker = await database.openSession();
  await locker.pool.query('BEGIN; LOCK TABLE teams');
  const lost = expect(store.teams.list()).rejects.toMatchObject({ code: 'unreachable', exitCode: 6 });
  const waiting = async () => (await locker.pool.query('SELECT FROM pg_locks WHERE NOT granted')).rowCount;
  await expect.poll(waiting, { timeout: 30_000 }).toBeGreaterThan(0);
  await locker.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  await lost;
  await locker.close();
});

/** The error of opening that URL; never with the password in it. */
async function failure(url: string): Promise<CostsError> {
  const error: unknown = await openDatabase({ kind: 'postgresql', url }).then(
    async (database) => {
      await database.close();
      throw new Error('It opened.');
    },
    (reason: unknown) => reason,
  );
  if (!(error instanceof CostsError)) throw error;
  expect(`${error.message} ${error.hint ?? ''}`).not.toContain('s3cret-word');
  return error;
}

async function asksForPasswords(): Promise<boolean> {
  const client = new pg.Client(serverUrl({ password: 'certainly-wrong' }));
  client.on('error', () => undefined);
  return client.connect().then(
    () => client.end().then(() => false),
    () => true,
  );
}

function serverUrl({ user, password, database }: { user?: string; password?: string; database?: string }): string {
  const url = new URL(inject('postgresUrl'));
  if (user !== undefined) url.username = user;
  if (password !== undefined) url.password = password;
  if (database !== undefined) url.pathname = `/${database}`;
  return url.href;
}

function listen(onConnection: (socket: Socket) => void): Promise<number> {
  return new Promise((resolve) => {
    const made = createServer((socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    server = made;
    made.listen(0, '127.0.0.1', () => {
      const address = made.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

it('breaks off what waits for a lock of somebody else when it is closed', { tags: ['story'] }, async () => {
  const { database, target } = await useTestDatabase('postgresql');
  const client = await database.pool.connect();
  await client.query('BEGIN; LOCK TABLE teams');
  const second = await openDatabase(target);
  const waiting = second.pool.query('SELECT count(*) FROM teams').catch((error: unknown) => error);
  await sleep(200);
  await second.close();
  expect(await waiting).toBeInstanceOf(Error);
  await client.query('ROLLBACK');
  client.release();
});
