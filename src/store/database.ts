import type { PrismaClient } from '../generated/prisma/client.js';
import type { LockOptions } from './lock.js';
import type { Migrations } from './migrations/migrations.js';
import type { Obstacles } from './obstacles.js';
import type { StorePool } from './pool.js';
import type { StatementPool } from './statements.js';
import type { MigrationTarget } from './migrations/target.js';

/** An open database: a PostgreSQL server, or the embedded PostgreSQL behind its socket. */
export interface Database extends MigrationTarget {
  /** Statements of ours, which Prisma has nothing to plan in. */
  readonly sql: StatementPool;
  /** One Prisma client on the same pool, loaded when it is first asked for; the embedded store's has one connection. */
  readonly entities: () => Promise<PrismaClient>;
  /** The same connections without Prisma, for statements it has no words for; each in a transaction of its own. */
  readonly pool: StorePool;
  /** What is applied, what is pending, and the ways forward and back. Nothing is loaded until it is used. */
  readonly migrations: Migrations;
  /** Writes a copy of the embedded store to a file that is not there yet; null for a server, which has tools of its own. */
  readonly backup: ((path: string) => Promise<{ bytes: number }>) | null;
  /** What keeps the role from rows of ours; reads catalogs only. */
  obstacles(): Promise<Obstacles>;
  close(): Promise<void>;
}

/** Of the embedded store's lock: `onWait` is told once when another process holds it, and `signal` ends the wait. */
export interface OpenOptions extends LockOptions {
  /** Told when the embedded store is created, which takes some seconds. */
  onCreate?: () => void;
  /** Told when the embedded store was copied to a server, and new rows should go there. */
  onMoved?: (label: string) => void;
  /** Told for whom of another program a statement on a server waits. */
  onLocked?: (line: string) => void;
}
