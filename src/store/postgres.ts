import pg from 'pg';
import { once } from '../domain/once.js';
import type { PrismaClient } from '../generated/prisma/client.js';
import { CostsError } from '../errors.js';
import { storeAdapter } from './adapter.js';
import { parseDatabaseUrl, type DatabaseAddress } from './address.js';
import type { Database, OpenOptions } from './database.js';
import { explainDatabaseError } from './errors.js';
import { watchLocks } from './lock-watch.js';
import { ourTables } from './migrations/folder.js';
import { createMigrations } from './migrations/migrations.js';
import { findObstacles, policiesSql } from './obstacles.js';
import { endPool, openSession, StorePool } from './pool.js';
import { requireSupported } from './server-version.js';
import { requireKnownGood } from './unsupported-servers.js';
import { UNKNOWN, type Settings } from './settings.js';
import type { Place } from './symptom.js';
import { inheritFrom } from './sql.js';
import { createStatements } from './statements.js';
import { LIMITS } from './transaction.js';

/**
 * Connects to a PostgreSQL server, whatever its schema.
 * @throws CostsError that names the cause: `unreachable` in under ten seconds, `auth`, `usage` or `failed`
 */
export function openPostgres(url: string, options: Pick<OpenOptions, 'onLocked'> = {}): Promise<Database> {
  return open(parseDatabaseUrl(url), options);
}

async function open(address: DatabaseAddress, options: Pick<OpenOptions, 'onLocked'>): Promise<Database> {
  requireKnownGood(address.server, address.server);
  const pool = new StorePool({ ...address.connection, max: address.poolSize }, UNKNOWN);
  const place: Place = { ...address };
  let own: Settings;
  try {
    const { policies, ...settings } = await meet(pool, address);
    own = settings;
    pool.settings = withTemporaryTablesLast(settings);
    place.policies = policies;
  } catch (error) {
    await pool.end();
    const { withoutTls } = address;
    if (withoutTls !== null && /does not support SSL/.test(String(error)))
      return open({ ...address, connection: withoutTls, withoutTls: null }, options);
    throw explainFirstContact(error, address);
  }
  const openOwn = () => {
    const ofOne = new StorePool({ ...address.connection, max: 1 }, own);
    return openSession(ofOne, () => endPool(ofOne));
  };
  const stopWatching = options.onLocked && watchLocks(pool, openOwn, options.onLocked);
  return createDatabase({
    kind: 'postgresql',
    place,
    pool,
    openSession: openOwn,
    close: () => {
      stopWatching?.();
      return endPool(pool);
    },
  });
}

/**
 * What others leave in a connection of a pooler would hide our tables and take our writes. A session that is ours alone has
 * nothing of the kind, and functions that are made in it keep its path.
 */
function withTemporaryTablesLast(settings: Settings): Settings {
  const { schema, searchPath } = settings;
  return schema === null || searchPath === null ? settings : { ...settings, searchPath: `${searchPath}, pg_temp` };
}

interface DatabaseParts {
  kind: Database['kind'];
  place: Place;
  pool: StorePool;
  openSession: Database['openSession'];
  backup?: NonNullable<Database['backup']>;
  /** Why it answers nothing any more; null while it does. */
  ended?: () => CostsError | null;
  close: Database['close'];
}

/** One pool, what asks through it, and the migrations, as both kinds of database have them. */
export function createDatabase({ kind, place, pool, openSession, backup, ended, close }: DatabaseParts): Database {
  let prisma: PrismaClient | undefined;
  const entities = once(async () => {
    const { Prisma, PrismaClient } = await import('../generated/prisma/client.js');
    inheritFrom(Prisma.Sql);
    return (prisma = new PrismaClient({
      adapter: storeAdapter(pool),
      transactionOptions: LIMITS,
      errorFormat: 'minimal',
    }));
  });
  const explain = (error: unknown) => ended?.() ?? explainDatabaseError(error, place);
  const database: Omit<Database, 'migrations'> = {
    kind,
    label: place.label,
    sql: createStatements(pool),
    entities,
    pool,
    openSession,
    backup: backup ?? null,
    obstacles: () => findObstacles(pool),
    explain,
    close: async () => {
      await prisma?.$disconnect();
      await close();
    },
  };
  return Object.assign(database, { migrations: createMigrations(database) });
}

interface Greeting {
  version: string;
  number: string;
  citus: boolean;
  replica: boolean;
  encoding: string;
  replays: boolean;
  /** Where bills are, by the path. */
  schema: string | null;
  /** The first of the path. */
  first: string | null;
  searchPath: string;
}

/**
 * Asks the server what it is and where our tables are: in the schema that DATABASE_URL names, else in the first of the
 * role's search path that has them, else in the first that has other tables under our names, which new ones would hide from
 * their application, else in its first. The path is the role's own, not one that somebody left in a pooler, and no temporary
 * table that somebody left there counts.
 * @throws CostsError `failed` for a server that is no PostgreSQL as we need it
 */
async function meet(
  pool: StorePool,
  { server, label, schema }: DatabaseAddress,
): Promise<Settings & Required<Pick<Place, 'policies'>>> {
  const client = await pool.connect();
  try {
    await client.query(
      `BEGIN READ ONLY; SELECT set_config(name, CASE WHEN name = 'search_path' THEN concat_ws(', ', nullif(reset_val, ''), 'pg_temp') ELSE '0' END, true) FROM pg_settings
       WHERE name IN ('search_path', 'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`,
    );
    const { rows } = await client.query<Greeting>(GREETING);
    const [greeting] = rows;
    if (greeting === undefined) throw new CostsError('unreachable', `${server} gave no answer.`);
    requireSupported(greeting, server, label);
    const found = schema ?? greeting.schema ?? (await schemaOfNames(client)) ?? greeting.first;
    if (found?.includes('"') === true)
      throw new CostsError(
        'failed',
        `The schema of ${label} has a quotation mark in its name, which Prisma cannot use.`,
        {
          hint: 'Name another one: ?schema=costs in DATABASE_URL, or rename it (ALTER SCHEMA … RENAME TO …).',
        },
      );
    const path = [
      ...(found === null ? [] : [pg.escapeIdentifier(found)]),
      ...(schema === undefined ? [greeting.searchPath] : []),
    ];
    const bound = await client.query<{ policies: Record<string, string[]> }>(
      `SELECT ${policiesSql('$1')} AS policies`,
      [found],
    );
    await client.query('COMMIT');
    return {
      schema: found,
      searchPath: path.filter((part) => part !== '').join(', '),
      replica: greeting.replica,
      shared: true,
      policies: bound.rows[0]?.policies ?? {},
    };
  } finally {
    client.release();
  }
}

const GREETING = `
  SELECT version() AS version, current_setting('server_version_num') AS number, pg_is_in_recovery() AS replica,
         EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') AS citus, current_setting('server_encoding') AS encoding,
         current_setting('session_replication_role') = 'replica' AS replays,
         (SELECT reset_val FROM pg_settings WHERE name = 'search_path') AS "searchPath",
         (SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass('cost_data'))::text AS schema,
         CASE WHEN quote_ident(current_schema())::regnamespace <> pg_my_temp_schema() THEN current_schema()::text END AS first`;

/** The schema of the path in which tables have our names, though none of them are bills. */
async function schemaOfNames(client: pg.ClientBase): Promise<string | null> {
  const { rows } = await client.query<{ schema: string }>(
    `SELECT n.nspname::text AS schema FROM unnest($1::text[]) WITH ORDINALITY AS t (name, place)
     JOIN pg_class c ON c.oid = to_regclass(t.name) JOIN pg_namespace n ON n.oid = c.relnamespace ORDER BY t.place LIMIT 1`,
    [await ourTables()],
  );
  return rows[0]?.schema ?? null;
}

/** Before the first answer, silence and gibberish have one more likely cause: something else listens there. */
function explainFirstContact(error: unknown, address: DatabaseAddress): unknown {
  const explained = explainDatabaseError(error, address);
  if (explained instanceof CostsError && !/was lost/.test(explained.message)) return explained;
  return new CostsError('unreachable', `${address.server} does not answer as a PostgreSQL server does.`, {
    hint: 'Check host and port in DATABASE_URL: another service may be listening there, or a proxy without its database.',
    cause: error,
  });
}
