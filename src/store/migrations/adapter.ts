import { PGlite } from '@electric-sql/pglite';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import { servePglite } from '../pglite.js';
import type { StorePool } from '../pool.js';

/**
 * Prisma's PostgreSQL adapter, made fit for migrations: a script goes to the server whole, as one simple query, which
 * PostgreSQL runs in one transaction (the stock adapter cuts it at every semicolon), and the shadow database is a PGlite
 * in memory, so that no right to create databases is needed and nothing is left on the server.
 */
export function migrationAdapter(
  pool: StorePool,
  { schema }: { schema?: string | undefined } = {},
): SqlMigrationAwareDriverAdapterFactory {
  const stock = new PrismaPg(pool, schema === undefined ? {} : { schema });
  return {
    provider: 'postgres',
    adapterName: stock.adapterName,
    connect: async () => withWholeScripts(await stock.connect(), pool),
    connectToShadowDb: async () => {
      const shadow = await openShadow();
      const adapter = withWholeScripts(await new PrismaPg(shadow.pool).connect(), shadow.pool);
      return { ...adapter, dispose: () => shadow.close() };
    },
  };
}

/** A PGlite in memory, for asking what a list of migrations leads to. */
export async function openShadow() {
  return servePglite(await PGlite.create(), null);
}

function withWholeScripts(stock: SqlDriverAdapter, pool: StorePool): SqlDriverAdapter {
  return {
    provider: stock.provider,
    adapterName: stock.adapterName,
    queryRaw: (query) => stock.queryRaw(query),
    executeRaw: (query) => stock.executeRaw(query),
    startTransaction: (isolation) => stock.startTransaction(isolation),
    executeScript: async (script) => {
      await pool.query(script).catch((error: unknown) => {
        throw toAdapterError(error);
      });
    },
    getConnectionInfo: () => stock.getConnectionInfo?.() ?? { supportsRelationJoins: true },
    dispose: () => stock.dispose(),
  };
}

/** The engine writes what the database said into the history, and reads it from this shape. */
function toAdapterError(error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && 'severity' in error)) return error;
  const { code, severity, message, detail, column, hint } = error as Error & Record<string, string | undefined>;
  return new DriverAdapterError({
    kind: 'postgres',
    code: code ?? '',
    severity: severity ?? '',
    message: message ?? '',
    detail,
    column,
    hint,
    originalCode: code ?? '',
    originalMessage: message ?? '',
  });
}
