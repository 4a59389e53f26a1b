import type { PrismaClient } from '../generated/prisma/client.js';

/** An open database: a PostgreSQL server, or the embedded PostgreSQL behind its socket. */
export interface Database {
  readonly kind: 'postgresql' | 'embedded';
  /** For heads and errors: host, port and database, or the folder. Never a password. */
  readonly label: string;
  /** One Prisma client on one pool; the embedded store's pool has one connection. */
  readonly prisma: PrismaClient;
  close(): Promise<void>;
}
