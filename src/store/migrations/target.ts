import type { Connection, Session, StorePool } from '../pool.js';

/** What migrations need of an open database. */
export interface MigrationTarget {
  readonly kind: 'postgresql' | 'embedded';
  /** For heads and errors: host, port and database, or the folder. Never a password. */
  readonly label: string;
  /** All connections, or the one of the session at work. */
  readonly pool: StorePool | Connection;
  /**
   * One connection for several statements, transactions and session locks. On the embedded store it is the only one: do
   * not use `prisma` or `pool` until it is closed.
   */
  openSession(): Promise<Session>;
  /** A failure of this database as a CostsError; anything else as it is. */
  explain(error: unknown): unknown;
}

/** A target while its migrator is at work. */
export interface SessionTarget extends MigrationTarget {
  readonly pool: Connection;
}
