import { PGlite } from '@electric-sql/pglite';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  ColumnTypeEnum,
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils';
import type { QueryConfig } from 'pg';
import { servePglite } from '../pglite.js';
import type { Pool } from 'pg';

/**
 * Prisma's PostgreSQL adapter, made fit for migrations: a script goes to the server whole, as one simple query, which
 * PostgreSQL runs in one transaction (the stock adapter cuts it at every semicolon), and the shadow database is a PGlite
 * in memory, so that no right to create databases is needed and nothing is left on the server.
 */
export function migrationAdapter(
  pool: Pool,
  { schema }: { schema?: string | undefined } = {},
): SqlMigrationAwareDriverAdapterFactory & { dispose(): Promise<void> } {
  const opened: SqlDriverAdapter[] = [];
  const stock = new PrismaPg(pool, schema === undefined ? {} : { schema });
  return {
    provider: 'postgres',
    adapterName: stock.adapterName,
    connect: async () => {
      const adapter = withWholeScripts(await stock.connect(), pool);
      opened.push(adapter);
      return adapter;
    },
    // The engine leaves its connection open, and with it a listener on the pool.
    dispose: async () => {
      for (const adapter of opened) await adapter.dispose();
    },
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

function withWholeScripts(stock: SqlDriverAdapter, pool: Pool): SqlDriverAdapter {
  return {
    provider: stock.provider,
    adapterName: stock.adapterName,
    queryRaw: (query) => queryWithCharacters(stock, pool, query),
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

/** "char", the one-byte type of PostgreSQL's catalogs, for which the stock adapter has no word. */
const CHAR_OID = 18;
const TEXT_OID = 25;

/** Lets the stock adapter read "char" columns as text, and gives them back the type that the engine expects. */
async function queryWithCharacters(stock: SqlDriverAdapter, pool: Pool, query: SqlQuery): Promise<SqlResultSet> {
  let characters: number[] = [];
  const client = {
    query: async (config: QueryConfig) => {
      const result = await pool.query(config);
      characters = [...result.fields.keys()].filter((index) => result.fields[index]?.dataTypeID === CHAR_OID);
      for (const field of result.fields) if (field.dataTypeID === CHAR_OID) field.dataTypeID = TEXT_OID;
      return result;
    },
  };
  const reader = Object.create(stock, { client: { value: client } }) as SqlDriverAdapter;
  const result = await reader.queryRaw(query);
  for (const index of characters) result.columnTypes[index] = ColumnTypeEnum.Character;
  return result;
}

/** The engine writes what the database said into the history, and reads it from this shape. */
function toAdapterError(error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && 'severity' in error)) return error;
  const { code, severity, message, detail, column, hint } = error as Error & DatabaseFields;
  return new DriverAdapterError({
    kind: 'postgres',
    code,
    severity,
    message,
    detail,
    column,
    hint,
    originalCode: code,
    originalMessage: message,
  });
}

interface DatabaseFields {
  code: string;
  severity: string;
  detail: string | undefined;
  column: string | undefined;
  hint: string | undefined;
}
