import { createServer, Socket, type Server } from 'node:net';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import pg from 'pg';
import { readMigrations } from '../../../src/store/migrations/folder.js';
import { openDatabase } from '../../helpers/open-database.js';
import type { OpenDatabase as Database } from '../../helpers/open-database.js';
import { onServer, useEmptyTarget } from '../../helpers/database.js';
import { dumpSchema } from '../../helpers/dump-schema.js';
import { fillBaseline, recordAsApplied, runAll } from '../../helpers/schema-states.js';

let url: string;
let admin: Database;
let role: string;
const opened: Database[] = [];
let proxy: Server | undefined;

beforeEach(async () => {
  const target = await useEmptyTarget('postgresql');
  url = target.url;
  admin = await openDatabase(target);
  role = `costs_role_${Math.trunc(performance.now() * 1000)}_${process.pid}`;
  await onServer((client) => client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'role-password'`));
});
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
  await admin.pool.query(`DROP OWNED BY ${role}`);
  await admin.close();
  await onServer((client) => client.query(`DROP ROLE ${role}`));
  await new Promise((resolve) => (proxy === undefined ? resolve(null) : proxy.close(resolve)));
  proxy = undefined;
});

it('tells a role that may not create tables, and what to grant', async () => {
  await admin.pool.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
  const database = await openAs(role);
  await expect(database.migrations.apply()).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining('may not create tables') as string,
  });
  expect(await dumpSchema(admin.pool)).toBe('');
});

it('tells a role that can only read, whatever it has set for its transactions', async () => {
  await runAll(admin.pool, await readMigrations());
  await admin.pool.query(
    `GRANT USAGE ON SCHEMA public TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}; ALTER ROLE ${role} SET default_transaction_read_only = on`,
  );
  const database = await openAs(role);
  await expect(database.migrations.requireCurrent()).resolves.toBeInstanceOf(Function);
  expect(await database.migrations.status()).toMatchObject({ ok: true });
  for (const attempt of [() => database.migrations.apply(), () => database.migrations.rollback({})]) {
    await expect(attempt()).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(/may not create tables|does not own/) as string,
    });
  }
});

it('tells a role that does not own the tables', async () => {
  const files = await readMigrations();
  await admin.pool.query(files[0]?.sql ?? '');
  await recordAsApplied(admin.pool, files.slice(0, 1));
  await admin.pool.query(`GRANT ALL ON SCHEMA public TO ${role}; GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`);
  const before = await dumpSchema(admin.pool);
  const database = await openAs(role);
  await expect(database.migrations.apply()).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining('does not own') as string,
    hint: expect.stringMatching(`GRANT "\\w+" TO "${role}"`) as string,
  });
  expect(await dumpSchema(admin.pool)).toBe(before);
});

it(
  'minds who owns our tables alone: what an extension brought and what an analyst made is its owner’s business',
  { tags: ['story'] },
  async () => {
    await admin.pool.query(`GRANT ALL ON SCHEMA public TO ${role}; CREATE EXTENSION pg_trgm;
    CREATE TABLE spatial_ref_sys (srid int PRIMARY KEY); ALTER EXTENSION pg_trgm ADD TABLE spatial_ref_sys`);
    const database = await openAs(role);
    await database.migrations.apply();
    await admin.pool.query('CREATE TABLE notes (what text)');
    await database.migrations.rollback({ to: 'baseline' });
    await database.pool.query('DROP TABLE _prisma_migrations');
    expect(await database.migrations.adopt()).toMatchObject({ done: true, problems: [] });
    await database.migrations.apply();
    expect(await database.migrations.status()).toMatchObject({ ok: true, drift: [] });
  },
);

it('tells a pooler in transaction mode, and reads through it', async () => {
  const database = await openDatabase({ kind: 'postgresql', url: await startPooler() });
  opened.push(database);
  await expect(database.migrations.apply()).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining('transaction mode') as string,
  });
  expect(await dumpSchema(admin.pool)).toBe('');
  expect(await database.prisma.$queryRaw`SELECT 1 AS one`).toEqual([{ one: 1 }]);
});

it('waits for a lock without making a queue of writers, and applies in the end', { tags: ['story'] }, async () => {
  const files = await readMigrations();
  await admin.pool.query(files[0]?.sql ?? '');
  await recordAsApplied(admin.pool, files.slice(0, 1));
  await fillBaseline(admin.pool);
  const reader = new pg.Client(url);
  await reader.connect();
  // A long report: its lock lets writers through, but no change of the table.
  await reader.query('BEGIN; SELECT count(*) FROM cost_data');
  const migrating = admin.migrations.apply();
  for (let n = 0; n < 8; n++) {
    // Without a limit on the migration's own wait, this would queue behind it, and it behind the reader, for ever.
    await admin.pool.query(
      `INSERT INTO cost_data (id, project_id, date, service, cost) VALUES ('w${n}', 'p1', '2026-02-01', 'x', 1)`,
    );
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  await reader.query('COMMIT');
  await reader.end();
  expect((await migrating).applied).toHaveLength(files.length - 1);
  expect(await admin.migrations.status()).toMatchObject({ ok: true });
});

it('migrates into a schema of its own beside the tables of others', { tags: ['story'] }, async () => {
  await admin.pool.query('CREATE TABLE orders (id int)');
  const database = await openDatabase({ kind: 'postgresql', url: `${url}?schema=costs` });
  opened.push(database);
  await expect(database.migrations.adopt({ dryRun: true })).rejects.toMatchObject({ code: 'failed' });
  const schema = await admin.pool.query(`SELECT FROM pg_namespace WHERE nspname = 'costs'`);
  expect(schema.rowCount).toBe(0);
  await database.migrations.apply();
  expect(await database.migrations.status()).toMatchObject({ ok: true });
  await database.prisma.team.create({ data: { id: 't1', name: 'acme' } });
  expect((await admin.pool.query('SELECT name FROM costs.teams')).rows).toEqual([{ name: 'acme' }]);
  expect(await database.migrations.diff()).toMatchObject({ empty: true });
  await database.migrations.rollback({ to: 'baseline', export: undefined });
  expect(
    (
      await admin.pool.query(
        `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`,
      )
    ).rows,
  ).toEqual([{ relname: 'orders' }]);
});

it('makes no tables of ours where they would hide those of an application further along the search path', async () => {
  await admin.pool.query(`CREATE SCHEMA AUTHORIZATION ${role}; CREATE TABLE users (id text, name text)`);
  const database = await openAs(role);
  expect(await database.migrations.isEmpty()).toBe(false);
  await expect(database.migrations.requireCurrent()).rejects.toMatchObject({
    code: 'schema',
    message: expect.stringContaining('holds other tables (users)') as string,
    hint: expect.stringContaining('?schema=costs') as string,
  });
  await admin.pool.query('ALTER TABLE users RENAME TO people');
  expect(await (await openAs(role)).migrations.isEmpty()).toBe(true);
});

async function openAs(user: string): Promise<Database> {
  const address = new URL(url);
  address.username = user;
  address.password = 'role-password';
  const database = await openDatabase({ kind: 'postgresql', url: address.href });
  opened.push(database);
  return database;
}

/**
 * What pgbouncer does in transaction mode, as far as it matters here: clients share server connections, and one is lent
 * out from the first message of a transaction to the end of it, the one given back last first.
 */
async function startPooler(): Promise<string> {
  const { hostname, port } = new URL(inject('postgresUrl'));
  const idle: Backend[] = [];
  proxy = createServer((client) => void serveClient(client, idle, { host: hostname, port: Number(port) }));
  const listening = proxy;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  const pooled = new URL(url);
  pooled.port = String(typeof address === 'object' && address !== null ? address.port : 0);
  return pooled.href;
}

interface Backend {
  send: (bytes: Buffer) => Promise<Buffer>;
  greeting: Buffer;
}

async function serveClient(client: Socket, idle: Backend[], server: { host: string; port: number }): Promise<void> {
  client.on('error', () => undefined);
  let lent: Backend | undefined;
  let started = false;
  let pending = Buffer.alloc(0);
  for await (const chunk of client as AsyncIterable<Buffer>) {
    if (!started) {
      started = true;
      lent = idle.pop() ?? (await startBackend(server));
      client.write(lent.greeting);
      idle.push(lent);
      lent = undefined;
      continue;
    }
    pending = Buffer.concat([pending, chunk]);
    if (pending[0] === 0x58) break;
    if (!isComplete(pending)) continue;
    lent ??= idle.pop() ?? (await startBackend(server));
    const answer = await lent.send(pending);
    pending = Buffer.alloc(0);
    client.write(answer);
    // ReadyForQuery ends with the state: idle, or inside a transaction.
    if (answer.at(-1) === 0x49) {
      idle.push(lent);
      lent = undefined;
    }
  }
  client.end();
}

/** Ends with a simple query or a Sync, after which the server answers. */
function isComplete(bytes: Buffer): boolean {
  let at = 0;
  let last = 0;
  while (at + 5 <= bytes.length) {
    last = bytes[at] ?? 0;
    at += 1 + bytes.readInt32BE(at + 1);
  }
  return at === bytes.length && (last === 0x51 || last === 0x53);
}

/** Logs in through the driver, then speaks the protocol over its socket. */
async function startBackend({ host, port }: { host: string; port: number }): Promise<Backend> {
  const socket = new Socket();
  const client = new pg.Client({ connectionString: url, host, port, stream: () => socket });
  await client.connect();
  client.on('error', () => undefined);
  socket.removeAllListeners('data');
  const greeting = Buffer.concat([Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]), Buffer.from([0x5a, 0, 0, 0, 5, 0x49])]);
  let buffered = Buffer.alloc(0);
  let waiting: ((bytes: Buffer) => void) | undefined;
  socket.on('data', (bytes: Buffer) => {
    buffered = Buffer.concat([buffered, bytes]);
    if (buffered.at(-6) !== 0x5a || buffered.readInt32BE(buffered.length - 5) !== 5) return;
    waiting?.(buffered);
    buffered = Buffer.alloc(0);
  });
  proxy?.on('close', () => socket.destroy());
  return {
    greeting,
    send: (bytes) =>
      new Promise((resolve) => {
        waiting = resolve;
        socket.write(bytes);
      }),
  };
}
