import pg from 'pg';

/** "char", PostgreSQL's one-byte internal type. Prisma's adapter has no type for it, so catalogs could not be read. */
const CHAR_OID = 18;
const TEXT_OID = 25;

/** How long one attempt to connect may take. Below the ten seconds in which a person wants to hear about it. */
const CONNECT_TIMEOUT_MS = 8_000;

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

/** A pool whose sessions all speak UTC and ISO dates, and which reads "char" as text. */
export class StorePool extends pg.Pool {
  constructor({ schema, ...config }: PoolOptions) {
    super({
      keepAlive: true,
      ...config,
      Client: StoreClient,
      idleTimeoutMillis: 0,
      onConnect: (client) => prepareSession(client, schema),
    });
    // An idle connection that breaks is replaced by the next query; without a listener it would end the process.
    this.on('error', () => undefined);
  }

  override readonly query = (async (...query: Parameters<pg.Pool['query']>) => {
    const result: unknown = await super.query(...query);
    for (const one of Array.isArray(result) ? result : [result]) readCharAsText(one as pg.QueryResult);
    return result;
  }) as pg.Pool['query'];
}

/** Prisma's adapter drops the offset of a timestamptz, so any other time zone would shift every instant silently. */
async function prepareSession(client: pg.ClientBase, schema: string | undefined): Promise<void> {
  await client.query(`SET TIME ZONE 'UTC'; SET DateStyle = 'ISO, YMD'`);
  if (schema !== undefined) await client.query(`SET search_path = ${pg.escapeIdentifier(schema)}`);
}

function readCharAsText(result: pg.QueryResult): void {
  for (const field of result.fields) if (field.dataTypeID === CHAR_OID) field.dataTypeID = TEXT_OID;
}
