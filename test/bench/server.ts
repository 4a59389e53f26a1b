import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { OpenDatabase as Database } from '../helpers/open-database.js';
import { openDatabase } from '../helpers/open-database.js';
import { registerWindows } from './windows.js';
import { startPostgres } from '../helpers/start-postgres.js';

/**
 * As a server is set up that somebody relies on: synced to disk, with a cache that the tables fit in. What comes at moments
 * of its own (checkpoints, autovacuum) is kept out of the rounds; `settle` does it between them.
 */
const SETTINGS = [
  'shared_buffers=1GB',
  'max_wal_size=8GB',
  'checkpoint_timeout=1h',
  'autovacuum=off',
  'max_connections=100',
];

export interface BenchServer {
  /** The version, such as `18.4`. */
  version: string;
  folder: string;
  /** A new database with the current schema and the team `team-1`. */
  createDatabase: () => Promise<BenchDatabase>;
  /** A new database with nothing in it. */
  createEmpty: () => Promise<EmptyDatabase>;
  stop: () => Promise<void>;
}

export interface EmptyDatabase {
  url: string;
  query: <T extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<T[]>;
  drop: () => Promise<void>;
}

export interface BenchDatabase extends EmptyDatabase {
  database: Database;
  /** Statistics, visibility and dirty pages as they would be some minutes later. */
  settle: () => Promise<void>;
}

/** A PostgreSQL for this run alone. */
export async function startBenchServer(): Promise<BenchServer> {
  const folder = await mkdtemp(join(tmpdir(), 'costs-bench-'));
  const server = await startPostgres(join(folder, 'postgres'), SETTINGS);
  const version = await ask(server.url, `SELECT current_setting('server_version') AS version`);
  return {
    version: String(version?.version).split(' ')[0] ?? '',
    folder,
    createDatabase: () => createDatabase(server.url),
    createEmpty: () => createEmpty(server.url),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function createEmpty(serverUrl: string): Promise<EmptyDatabase> {
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  await ask(serverUrl, `CREATE DATABASE "${name}"`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    query: (text, values) => askAll(url.href, text, values),
    drop: async () => {
      await ask(serverUrl, `DROP DATABASE "${name}" WITH (FORCE)`);
    },
  };
}

async function createDatabase(serverUrl: string): Promise<BenchDatabase> {
  const empty = await createEmpty(serverUrl);
  const { url } = empty;
  const database = await openDatabase({ kind: 'postgresql', url });
  await database.migrations.apply();
  await database.prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
  await registerWindows(database.prisma);
  const { pool } = database;
  return {
    ...empty,
    database,
    query: async <T extends pg.QueryResultRow>(text: string, values?: unknown[]) =>
      (await pool.query<T>(text, values)).rows,
    settle: async () => {
      // On a connection of its own: the store's pool wraps each statement in a transaction.
      await ask(url, 'VACUUM (ANALYZE) cost_data, cost_by_api_key, usage_data, collected_days, projects');
      await ask(url, 'CHECKPOINT');
    },
    drop: async () => {
      await database.close();
      await empty.drop();
    },
  };
}

async function ask(url: string, text: string): Promise<Record<string, unknown> | undefined> {
  return (await askAll(url, text))[0];
}

async function askAll<T extends pg.QueryResultRow>(url: string, text: string, values?: unknown[]): Promise<T[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<T>(text, values)).rows;
  } finally {
    await client.end();
  }
}
