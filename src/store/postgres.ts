import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../generated/prisma/client.js';
import { CostsError } from '../errors.js';
import { parseDatabaseUrl, type DatabaseAddress } from './address.js';
import type { Database } from './database.js';
import { explainDatabaseError, type Place } from './errors.js';
import { createMigrations } from './migrations/migrations.js';
import { pinConnection, StorePool, type PoolOptions } from './pool.js';

/** The oldest PostgreSQL whose features the migrations and statements use. */
const OLDEST_VERSION = 13;

/** How long `close` waits for a statement that is still running. */
const CLOSE_PATIENCE_MS = 2_000;

/**
 * Connects to a PostgreSQL server, whatever its schema.
 * @throws CostsError that names the cause: `unreachable` in under ten seconds, `auth`, `usage` or `failed`
 */
export async function openPostgres(url: string): Promise<Database> {
  const address = parseDatabaseUrl(url);
  const options: PoolOptions = {
    ...address.connection,
    max: address.poolSize,
    ...(address.schema !== undefined && { schema: address.schema }),
  };
  const pool = new StorePool(options);
  try {
    await checkServer(pool, address);
  } catch (error) {
    await pool.end();
    throw explainFirstContact(error, address);
  }
  return createDatabase({
    kind: 'postgresql',
    place: address,
    pool,
    schema: address.schema,
    openSession: () => {
      const own = new StorePool({ ...options, max: 1 });
      return pinConnection(own, () => endPool(own));
    },
    close: () => endPool(pool),
  });
}

interface DatabaseParts {
  kind: Database['kind'];
  place: Place;
  pool: StorePool;
  schema?: string | undefined;
  openSession: Database['openSession'];
  backup?: NonNullable<Database['backup']>;
  close: Database['close'];
}

/** One Prisma client, one pool and the migrations, as both kinds of database have them. */
export function createDatabase({ kind, place, pool, schema, openSession, backup, close }: DatabaseParts): Database {
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, schema === undefined ? {} : { schema }),
    // Windows of many thousand rows are written in one transaction; the defaults of 5 s and 2 s abort them.
    transactionOptions: { timeout: 300_000, maxWait: 120_000 },
    errorFormat: 'minimal',
  });
  const explain = (error: unknown) => explainDatabaseError(error, place);
  const database: Omit<Database, 'migrations'> = {
    kind,
    label: place.label,
    prisma,
    pool,
    openSession,
    backup: backup ?? null,
    explain,
    close: async () => {
      await prisma.$disconnect();
      await close();
    },
  };
  return Object.assign(database, { migrations: createMigrations(database, { schema }) });
}

/** Ends a pool, but does not wait for ever for a connection that somebody still holds. */
export async function endPool(pool: StorePool): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_PATIENCE_MS)));
  await Promise.race([pool.end(), patience]);
  clearTimeout(timer);
}

async function checkServer(pool: StorePool, { server }: DatabaseAddress): Promise<void> {
  const { rows } = await pool.query<{ version: string; number: string }>(
    `SELECT version() AS version, current_setting('server_version_num') AS number`,
  );
  const version = rows[0]?.version ?? '';
  if (!version.startsWith('PostgreSQL')) {
    throw new CostsError(
      'failed',
      `${server} is not PostgreSQL: it says it is ${version.split(' on ')[0] ?? version}.`,
      { hint: 'Point DATABASE_URL at a PostgreSQL 13 or newer.' },
    );
  }
  const major = Math.floor(Number(rows[0]?.number) / 10_000);
  if (major < OLDEST_VERSION) {
    throw new CostsError('failed', `${server} runs PostgreSQL ${major}; costs needs ${OLDEST_VERSION} or newer.`, {
      hint: 'Upgrade the server, or use another database.',
    });
  }
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
