import pg from 'pg';
import type { Session } from './database.js';

/** How long one attempt to connect may take. Below the ten seconds in which a person wants to hear about it. */
const CONNECT_TIMEOUT_MS = 6_000;

export interface PoolOptions extends pg.ClientConfig {
  max: number;
  /** PostgreSQL's search_path, where it is not the default. */
  schema?: string;
}

/**
 * The timeout is given to the client, not to the pool: a pool counts the wait for a free connection as connecting and
 * would fail a busy run.
 */
class StoreClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(typeof config === 'string' ? config : { ...config, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  }
}

/** A pool whose sessions all speak UTC and ISO dates. */
export class StorePool extends pg.Pool {
  constructor({ schema, ...config }: PoolOptions) {
    super({
      keepAlive: true,
      ...config,
      Client: StoreClient,
      idleTimeoutMillis: 0,
      // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool awaits it; its types do not say so yet
      onConnect: (client) => prepareSession(client, schema),
    });
    // An idle connection that breaks is replaced by the next query; without a listener it would end the process.
    this.on('error', () => undefined);
  }
}

/**
 * One connection in the shape of a pool, which Prisma's adapter insists on. A pool would replace the connection after any
 * failed statement, and with it would go the session's locks and settings; here it stays until it is given back.
 */
class PinnedPool extends pg.Pool {
  constructor(private readonly client: pg.PoolClient) {
    super({ max: 1 });
    client.release = () => undefined;
  }

  override readonly query = ((...query: Parameters<pg.Pool['query']>) =>
    this.client.query(...query)) as pg.Pool['query'];
  override readonly connect = (() => Promise.resolve(this.client)) as pg.Pool['connect'];
}

/** Takes one connection out of a pool for as long as the session lasts. */
export async function pinConnection(
  pool: StorePool,
  onClose: () => Promise<void> = () => Promise.resolve(),
): Promise<Session> {
  const client = await pool.connect();
  const release = client.release.bind(client);
  return {
    pool: new PinnedPool(client),
    close: async () => {
      // Destroyed, so that no lock or setting of the session outlives it.
      release(true);
      await onClose();
    },
  };
}

/** Prisma's adapter drops the offset of a timestamptz, so any other time zone would shift every instant silently. */
async function prepareSession(client: pg.ClientBase, schema: string | undefined): Promise<void> {
  // A connection that breaks while nobody asks it anything tells this listener, or it would end the process.
  client.on('error', () => undefined);
  await client.query(`SET TIME ZONE 'UTC'; SET DateStyle = 'ISO, YMD'`);
  if (schema !== undefined) await client.query(`SET search_path = ${pg.escapeIdentifier(schema)}`);
}
