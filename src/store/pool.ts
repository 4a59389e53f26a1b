import pg from 'pg';

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
    // Prisma's adapter adds a listener each time the schema engine connects; Node would call that a leak after ten.
    this.setMaxListeners(0);
  }
}

/** Prisma's adapter drops the offset of a timestamptz, so any other time zone would shift every instant silently. */
async function prepareSession(client: pg.ClientBase, schema: string | undefined): Promise<void> {
  // A connection that breaks while nobody asks it anything tells this listener, or it would end the process.
  client.on('error', () => undefined);
  await client.query(`SET TIME ZONE 'UTC'; SET DateStyle = 'ISO, YMD'`);
  if (schema !== undefined) await client.query(`SET search_path = ${pg.escapeIdentifier(schema)}`);
}
