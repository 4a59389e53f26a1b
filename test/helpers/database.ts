import { createHash, randomUUID } from 'node:crypto';
import { cpSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import { once } from '../../src/domain/once.js';
import type { Database } from '../../src/store/database.js';
import { embeddedFolders } from '../../src/store/embedded-folders.js';
import { readMigrations } from '../../src/store/migrations/folder.js';
import type { DatabaseTarget } from '../../src/store/open.js';
import { openDatabase, type OpenDatabase } from './open-database.js';
import { clockOffset } from './clock.js';

export type DatabaseKind = Database['kind'];
export type TargetOf<K extends DatabaseKind> = Extract<DatabaseTarget, { kind: K }>;

const KINDS = ['postgresql', 'embedded'] as const satisfies readonly DatabaseKind[];

/** For `describe.each`: every store suite runs on both, but for the mutation run, which repeats it a thousand times. */
export const DATABASE_KINDS: readonly (typeof KINDS)[number][] =
  process.env.TEST_ONLY_SERVER === undefined ? KINDS : ['postgresql'];

/**
 * For what costs much to tell, or says of the embedded store by the same statements what it says of a server: `npm test` tells it of
 * PostgreSQL, the long run and the awkward days of both.
 */
export const STORY_KINDS = DATABASE_KINDS.filter((kind) => kind === 'postgresql' || inject('bothStores'));

interface Created<Target extends DatabaseTarget> {
  target: Target;
  remove: () => Promise<void>;
}

export interface TestDatabase<Target extends DatabaseTarget = DatabaseTarget> {
  database: OpenDatabase;
  /** To open it again, or to hand it to a child process (after `database.close()` for the embedded kind). */
  target: Target;
  /** Closes and removes it. */
  drop: () => Promise<void>;
}

type Makers = { [K in DatabaseKind]: () => Promise<Created<TargetOf<K>>> };

const READY: Makers = {
  postgresql: async () => createServerDatabase(await readyServer()),
  embedded: async () => createHome(await readyHome()),
};
const EMPTY: Makers = {
  postgresql: async () => createServerDatabase(await emptyServer()),
  embedded: async () => createHome(await emptyHome()),
};

/** A migrated database of its own, copied from a template; the caller drops it, usually in `afterAll` or `afterEach`. */
export async function createTestDatabase<K extends DatabaseKind>(kind: K): Promise<TestDatabase<TargetOf<K>>> {
  const { target, remove } = await createReadyTarget(kind);
  const database = await openDatabase(target);
  return {
    database,
    target,
    drop: async () => {
      await database.close();
      await remove();
    },
  };
}

/** As `createTestDatabase`, dropped when the running test ends. */
export async function useTestDatabase<K extends DatabaseKind>(kind: K): Promise<TestDatabase<TargetOf<K>>> {
  const made = await createTestDatabase(kind);
  onTestFinished(made.drop);
  return made;
}

/** A migrated database that nobody has open, for stories told by commands; the caller removes it. */
export function createReadyTarget<K extends DatabaseKind>(kind: K): Promise<Created<TargetOf<K>>> {
  return READY[kind]();
}

/** As `createReadyTarget`, removed when the running test ends. */
export async function useReadyTarget<K extends DatabaseKind>(kind: K): Promise<TargetOf<K>> {
  const { target, remove } = await createReadyTarget(kind);
  onTestFinished(remove);
  return target;
}

/** A database with nothing in it, removed when the running test ends. */
export async function useEmptyTarget<K extends DatabaseKind>(kind: K): Promise<TargetOf<K>> {
  const { target, remove } = await createEmptyTarget(kind);
  onTestFinished(remove);
  return target;
}

/** A database with nothing in it; the caller removes it, usually in `afterAll`. */
export function createEmptyTarget<K extends DatabaseKind>(kind: K): Promise<Created<TargetOf<K>>> {
  return EMPTY[kind]();
}

/** How a command is told of a database. */
export function environmentOf(target: DatabaseTarget): { DATABASE_URL: string } | { COSTS_HOME: string } {
  return target.kind === 'postgresql' ? { DATABASE_URL: target.url } : { COSTS_HOME: target.home };
}

/** Puts a migrated embedded store into a folder, in a moment instead of the seconds that making one takes. */
export async function fillHome(home: string): Promise<void> {
  copyStore(await readyHome(), home);
}

/** A folder without an embedded store in it, removed when the running test ends. */
export async function useHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'costs-home-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

async function createServerDatabase(template: string): Promise<Created<TargetOf<'postgresql'>>> {
  const name = `costs_test_${randomUUID().replaceAll('-', '')}`;
  const server = await administrator();
  await server.query(`CREATE DATABASE "${name}" TEMPLATE "${template}" ${await strategy()}`);
  // It lives at the time of the tests: the template's clock is found before PostgreSQL's own.
  await server.query(
    `ALTER DATABASE "${name}" SET search_path = "$user", public, clock, pg_catalog;
     ALTER DATABASE "${name}" SET clock.ahead = '${clockOffset()} milliseconds'`,
  );
  return {
    target: { kind: 'postgresql', url: databaseUrl(name) },
    remove: async () => {
      await server.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    },
  };
}

/** One connection for all databases that a worker makes: to begin one costs the server more than to copy a template. */
const administrator = once(async () => {
  const client = new pg.Client(inject('postgresUrl'));
  // The server may end before the worker does.
  client.on('error', () => undefined);
  await client.connect();
  return client;
});

/** Copied as files: through the log, as PostgreSQL does since version 15 unless told, it takes the server twice as long. */
const strategy = once(async () => {
  const { rows } = await (await administrator()).query<{ server_version_num: string }>('SHOW server_version_num');
  return Number(rows[0]?.server_version_num) >= 150_000 ? 'STRATEGY FILE_COPY' : '';
});

/** A clock that each database sets for itself. */
const CLOCK = ['now', 'clock_timestamp'].reduce(
  (sql, clock) =>
    `${sql}; CREATE FUNCTION clock.${clock}() RETURNS timestamptz LANGUAGE sql AS
     $$ SELECT pg_catalog.${clock}() + current_setting('clock.ahead')::interval $$`,
  'CREATE SCHEMA clock; GRANT USAGE ON SCHEMA clock TO PUBLIC',
);

async function createHome(template: string): Promise<Created<TargetOf<'embedded'>>> {
  const home = await mkdtemp(join(tmpdir(), 'costs-home-'));
  copyStore(template, home);
  return { target: { kind: 'embedded', home }, remove: () => rm(home, { recursive: true, force: true }) };
}

/** A thousand small files: copied at once, which takes a third of what copying one after the other does. */
function copyStore(template: string, home: string): void {
  cpSync(template, embeddedFolders(home).data, { recursive: true });
}

export function databaseUrl(name: string): string {
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs statements as the server's administrator. */
export async function onServer(
  work: (client: pg.Client) => Promise<unknown>,
  url = inject('postgresUrl'),
): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** One template a run and a set of migrations, or an empty one; made by whichever test file asks first, under a lock. */
async function serverTemplate(state: string): Promise<string> {
  const name = `costs_template_${state}`;
  await onServer(async (client) => {
    await client.query(`SELECT pg_advisory_lock(hashtext('costs_template'))`);
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 1) return;
    await client.query(`DROP DATABASE IF EXISTS "${name}_draft" WITH (FORCE)`);
    await client.query(`CREATE DATABASE "${name}_draft" TEMPLATE template0`);
    const url = databaseUrl(`${name}_draft`);
    await create({ kind: 'postgresql', url }, state !== 'empty');
    await onServer((draft) => draft.query(CLOCK), url);
    await client.query(`ALTER DATABASE "${name}_draft" RENAME TO "${name}"`);
  });
  return name;
}

/** As `serverTemplate`: one a run. */
async function homeTemplate(name: string): Promise<string> {
  const place = join(inject('folder'), `embedded-${name}`);
  if (await exists(place)) return place;
  await onServer(async (client) => {
    await client.query(`SELECT pg_advisory_lock(hashtext('costs_home_template'))`);
    if (!(await exists(place))) await createHomeTemplate(place, name !== 'empty');
  });
  return place;
}

async function createHomeTemplate(place: string, migrated: boolean): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'costs-home-'));
  try {
    await create({ kind: 'embedded', home }, migrated);
    await mkdir(inject('folder'), { recursive: true });
    await rename(embeddedFolders(home).data, place);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function create(target: DatabaseTarget, migrated: boolean): Promise<void> {
  const database = await openDatabase(target);
  if (migrated) await database.migrations.apply();
  await database.close();
}

const [readyServer, emptyServer] = [
  once(async () => serverTemplate(await fingerprint())),
  once(() => serverTemplate('empty')),
];
const [readyHome, emptyHome] = [once(async () => homeTemplate(await fingerprint())), once(() => homeTemplate('empty'))];

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const { name, checksum } of await readMigrations()) hash.update(`${name} ${checksum}\n`);
  return hash.digest('hex').slice(0, 12);
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
