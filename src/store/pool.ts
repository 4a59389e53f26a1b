import pg from 'pg';
import { beginSql, type Settings, type TransactionMode } from './settings.js';

/** How long one attempt to connect may take. Below the ten seconds in which a person wants to hear about it. */
const CONNECT_TIMEOUT_MS = 6_000;

/** How long `close` waits for a statement that is still running. */
const CLOSE_PATIENCE_MS = 2_000;

/**
 * The timeout is given to the client, not to the pool: a pool counts the wait for a free connection as connecting and
 * would fail a busy run.
 */
class StoreClient extends pg.Client {
  declare readonly processID: number | null;
  /** When what is at work was sent; null while nothing is. */
  sentAt: number | null = null;

  constructor(config?: string | pg.ClientConfig) {
    super(typeof config === 'string' ? config : { ...config, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    this.on('drain', () => (this.sentAt = null));
  }

  override readonly query = ((...query: Parameters<pg.Client['query']>) => {
    this.sentAt = performance.now();
    return super.query(...query);
  }) as pg.Client['query'];
}

/** A pool that runs each statement in a transaction of its own, begun as the store wants it. */
export class StorePool extends pg.Pool {
  /** All that are connected, at work or not. */
  readonly #clients = new Set<StoreClient>();

  constructor(
    config: pg.ClientConfig & { max: number },
    /** Complete once the server was asked. */
    public settings: Settings,
  ) {
    super({ keepAlive: true, ...config, Client: StoreClient, idleTimeoutMillis: 0 });
    // A connection that breaks is replaced by the next query; without a listener it would end the process.
    this.on('error', () => undefined);
    this.on('connect', (client) => {
      this.#clients.add(client as unknown as StoreClient);
      client.on('error', () => undefined);
    });
    this.on('remove', (client) => this.#clients.delete(client as unknown as StoreClient));
  }

  /** The server's processes whose statement was sent that long ago; a pooler makes their numbers up. */
  longAtWork(milliseconds: number): number[] {
    const since = performance.now() - milliseconds;
    return [...this.#clients].flatMap(({ sentAt, processID }) =>
      sentAt !== null && sentAt < since && processID !== null ? [processID] : [],
    );
  }

  /** Breaks what is at work: a statement that waits for somebody's lock would keep the process for as long. */
  breakOff(): void {
    for (const client of this.#clients) client.end().catch(() => undefined);
  }

  override readonly query = ((...query: Parameters<pg.Pool['query']>) =>
    this.transaction((connection) => connection.query(...query) as unknown as Promise<unknown>)) as pg.Pool['query'];

  /** Runs work in a transaction of a connection that is its own until then. */
  async transaction<T>(work: (connection: Connection) => Promise<T>, mode?: TransactionMode): Promise<T> {
    const client = await this.connect();
    const connection = new Connection(client, this.settings);
    try {
      return await connection.transaction(() => work(connection), mode);
    } finally {
      // One that broke is not taken back.
      client.release();
    }
  }
}

/**
 * One connection in the shape of a pool, which Prisma's adapter insists on. A pool would replace the connection after any
 * failed statement, and with it would go the session's locks and settings; here it stays until it is given back.
 */
export class Connection extends pg.Pool {
  constructor(
    private readonly client: pg.PoolClient,
    readonly settings: Settings,
  ) {
    super({ max: 1 });
  }

  /** The number of the process that greeted us, which is a server's own; a pooler makes one up. */
  get greeter(): number | null {
    return (this.client as unknown as StoreClient).processID;
  }

  /** Begins a transaction as the store wants it; the caller ends it. */
  async begin(mode?: TransactionMode): Promise<void> {
    await this.client.query(beginSql(this.settings, mode));
  }

  /** Runs work in a transaction as the store wants it: all of it is kept, or nothing. */
  async transaction<T>(work: () => Promise<T>, mode?: TransactionMode): Promise<T> {
    try {
      await this.begin(mode);
      const result = await work();
      const { command } = await this.client.query('COMMIT');
      // Where a statement failed, whoever asked for it, PostgreSQL keeps nothing, and says so by this word alone.
      if (command === 'ROLLBACK') throw new Error('A statement of the transaction had failed: nothing of it is kept.');
      return result;
    } catch (error) {
      await this.client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  override readonly query = (async (...query: Parameters<pg.Pool['query']>) => {
    try {
      return await (this.client.query(...query) as unknown as Promise<unknown>);
    } catch (error) {
      throw withCause(error);
    }
  }) as pg.Pool['query'];
}

/**
 * Prisma's adapter and engine pass on nothing but the message of an error. What PostgreSQL says besides is its cause: which
 * view depends, whose trigger it was. It becomes part of the message, one line each, as psql shows it.
 */
function withCause(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  const { detail, hint, where, table = '' } = error;
  // A refused row is told whole: what the vault keeps is nobody's to read.
  const mayTell = !/^vault|^organization_api_keys$|^login_attempts$/.test(table);
  for (const [name, text] of Object.entries({ DETAIL: mayTell ? detail : undefined, HINT: hint, CONTEXT: where }))
    if (text !== undefined) error.message += `\n${name}: ${text.replace(/\s+/g, ' ').slice(0, 500)}`;
  return error;
}

export interface Session {
  /** In the shape of a pool, which is what Prisma's adapter takes. */
  readonly pool: Connection;
  close(): Promise<void>;
}

/** Takes one connection out of a pool for as long as the session lasts. */
export async function openSession(
  pool: StorePool,
  onClose: () => Promise<void> = () => Promise.resolve(),
): Promise<Session> {
  const client = await pool.connect();
  return {
    pool: new Connection(client, pool.settings),
    close: async () => {
      // Destroyed, so that no lock or setting of the session outlives it.
      client.release(true);
      await onClose();
    },
  };
}

/** Ends a pool, but does not wait for ever for a connection that somebody still holds. */
export async function endPool(pool: StorePool): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_PATIENCE_MS)));
  await Promise.race([pool.end(), patience]);
  clearTimeout(timer);
  pool.breakOff();
}
