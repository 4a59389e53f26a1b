import type { PrismaClient } from '../generated/prisma/client.js';
import type { Migrations } from './migrations/migrations.js';
import type { Obstacles } from './obstacles.js';
import type { Connection, StorePool } from './pool.js';

/** An open database: a PostgreSQL server, or the embedded PostgreSQL behind its socket. */
export interface Database {
  readonly kind: 'postgresql' | 'embedded';
  /** For heads and errors: host, port and database, or the folder. Never a password. */
  readonly label: string;
  /** One Prisma client on one pool; the embedded store's pool has one connection. */
  readonly prisma: PrismaClient;
  /** The same connections without Prisma, for statements it has no words for; each in a transaction of its own. */
  readonly pool: StorePool;
  /** What is applied, what is pending, and the ways forward and back. Nothing is loaded until it is used. */
  readonly migrations: Migrations;
  /**
   * One connection for several statements, transactions and session locks. On the embedded store it is the only one: do
   * not use `prisma` or `pool` until it is closed.
   */
  openSession(): Promise<Session>;
  /** Writes a copy of the embedded store to a file that is not there yet; null for a server, which has tools of its own. */
  readonly backup: ((path: string) => Promise<{ bytes: number }>) | null;
  /** What keeps the role from rows of ours; reads catalogs only. */
  obstacles(): Promise<Obstacles>;
  /** A failure of this database as a CostsError; anything else as it is. */
  explain(error: unknown): unknown;
  close(): Promise<void>;
}

export interface Session {
  /** In the shape of a pool, which is what Prisma's adapter takes. */
  readonly pool: Connection;
  close(): Promise<void>;
}
