import { PrismaPg } from '@prisma/adapter-pg';
import {
  ColumnTypeEnum,
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { servePglite, makePglite } from '../pglite.js';
import { keepOthersOut } from '../default-rights.js';
import { openSession, type Connection, type Session } from '../pool.js';
import { concurrentIndex } from './concurrent-index.js';
import { fingerprintQuery } from './fingerprint.js';
import { fillOnlyEmpty, meantFor } from './folder.js';
import { filledColumns, guardedMigration } from './guarded-fill.js';
import { readHistory } from './history.js';
import { switchOffSql } from './interference.js';
import { recordFilled } from './record-filled.js';

/**
 * Prisma's PostgreSQL adapter, made fit for migrations: a script goes to the server whole, as one simple query, which
 * PostgreSQL runs in one transaction (the stock adapter cuts it at every semicolon), and the shadow database is a PGlite
 * in memory, so that no right to create databases is needed and nothing is left on the server.
 */
export function migrationAdapter(connection: Connection): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => connect(connection, () => Promise.resolve()),
    connectToShadowDb: async () => {
      const shadow = await openShadow();
      return connect(shadow.pool, () => shadow.close());
    },
  };
}

/** A PGlite in memory, for asking what a list of migrations leads to. */
export async function openShadow(): Promise<Session> {
  const served = await servePglite(await makePglite(), null);
  const session = await openSession(served.pool);
  return {
    pool: session.pool,
    close: async () => {
      await session.close();
      await served.close();
    },
  };
}

async function connect(connection: Connection, dispose: () => Promise<void>): Promise<SqlDriverAdapter> {
  const { schema } = connection.settings;
  const characters = new Characters(connection);
  const stock = await new PrismaPg(characters, schema === null ? {} : { schema }).connect();
  const executeScript = async (script: string): Promise<void> => {
    // An index is built outside a transaction, and nobody is given a right to it.
    const revoke = concurrentIndex({ sql: script }) === null ? await keepOthersOut(connection) : '';
    const run = async () => connection.query((await asMeantHere(connection, script)) + revoke);
    const filled = filledColumns(script);
    const isOfTheirs = filled.length > 0 && (await readHistory(connection)).isAdopted;
    await (isOfTheirs ? recordFilled(connection, filled, run) : run()).catch((error: unknown) => {
      throw toAdapterError(error);
    });
  };
  return {
    provider: 'postgres',
    adapterName: stock.adapterName,
    queryRaw: async (query) => {
      const result = await stock.queryRaw(query);
      for (const index of characters.columns) result.columnTypes[index] = ColumnTypeEnum.Character;
      return result;
    },
    executeRaw: async (query) => {
      if (!query.sql.startsWith('CREATE TABLE _prisma_migrations')) return stock.executeRaw(query);
      await executeScript(query.sql);
      return 0;
    },
    // The engine writes its transactions into its scripts.
    startTransaction: () => Promise.reject(new Error('Not for migrations.')),
    executeScript,
    getConnectionInfo: () => stock.getConnectionInfo(),
    dispose,
  };
}

/**
 * What a script creates refers to the enum under the name that it has here. Bills that it fills say the same afterwards where
 * a trigger or a rule of theirs could change them; elsewhere nobody has to wait for the proof.
 */
async function asMeantHere(connection: Connection, script: string): Promise<string> {
  const { rows } = await connection.query<{ pushed: boolean; watched: boolean }>(
    // Not to_regtype: another application's type of that name may be further along the search path.
    `SELECT array_agg(typname::text) = ARRAY['ApiVersion'] AS pushed,
       (${switchOffSql('cost_data')}) IS NOT NULL AS watched
     FROM pg_type
     WHERE typname IN ('ApiVersion', 'api_version') AND typnamespace = quote_ident(current_schema())::regnamespace`,
  );
  const fills = fillOnlyEmpty(script) !== script;
  const isAdopted = fills && (await readHistory(connection)).isAdopted;
  const sql = meantFor(script, { isPushed: rows[0]?.pushed === true, isAdopted });
  return rows[0]?.watched === true ? guardedMigration(sql, await fingerprintQuery(connection)) : sql;
}

/** "char", the one-byte type of PostgreSQL's catalogs, for which the stock adapter has no word. */
const CHAR_OID = 18;
const TEXT_OID = 25;

/** Lets the stock adapter read "char" columns as text, and keeps which those of the last answer were. */
class Characters extends pg.Pool {
  columns: number[] = [];

  constructor(private readonly connection: Connection) {
    super({ max: 1 });
  }

  override readonly query = (async (...query: Parameters<pg.Pool['query']>) => {
    const result = await (this.connection.query(...query) as unknown as Promise<pg.QueryArrayResult>);
    const fields = result.fields.filter(({ dataTypeID }) => dataTypeID === CHAR_OID);
    this.columns = fields.map((field) => result.fields.indexOf(field));
    for (const field of fields) field.dataTypeID = TEXT_OID;
    return result;
  }) as unknown as pg.Pool['query'];
}

/** The engine writes what the database said into the history, and reads it from this shape. */
function toAdapterError(error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && 'severity' in error)) return error;
  const { code, severity, message, column } = error as Error & DatabaseFields;
  return new DriverAdapterError({
    kind: 'postgres',
    code,
    severity,
    message,
    // The message has them already.
    detail: undefined,
    hint: undefined,
    column,
    originalCode: code,
    originalMessage: message,
  });
}

interface DatabaseFields {
  code: string;
  severity: string;
  column: string | undefined;
}
