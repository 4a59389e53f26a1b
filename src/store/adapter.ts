import { PrismaPg } from '@prisma/adapter-pg';
import type { IsolationLevel, SqlDriverAdapterFactory, Transaction } from '@prisma/driver-adapter-utils';
import { Connection, type StorePool } from './pool.js';
import { requireReadable } from './unreadable.js';

/** Prisma's PostgreSQL adapter, in transactions that the store begins: a statement alone in one of its own, which the pool makes. */
export function storeAdapter(pool: StorePool): SqlDriverAdapterFactory {
  const schema = pool.settings.schema === null ? {} : { schema: pool.settings.schema };
  const stock = new PrismaPg(pool, schema);
  return {
    provider: 'postgres',
    adapterName: stock.adapterName,
    connect: async () => {
      const adapter = await stock.connect();
      return {
        provider: 'postgres',
        adapterName: stock.adapterName,
        queryRaw: async (query) => requireReadable(query.sql, await adapter.queryRaw(query)),
        executeRaw: (query) => adapter.executeRaw(query),
        executeScript: (script) => adapter.executeScript(script),
        startTransaction: (isolation) => startTransaction(pool, isolation),
        getConnectionInfo: () => adapter.getConnectionInfo(),
        dispose: () => adapter.dispose(),
      };
    },
  };
}

/** Prisma itself sends COMMIT or ROLLBACK as a statement, then tells that the connection is free. */
async function startTransaction(pool: StorePool, isolation?: IsolationLevel): Promise<Transaction> {
  const client = await pool.connect();
  try {
    const connection = new Connection(client, pool.settings);
    await connection.begin({ isolation });
    const adapter = await new PrismaPg(connection).connect();
    const statement = async (sql: string) => void (await adapter.executeRaw({ sql, args: [], argTypes: [] }));
    const release = () => {
      client.release();
      return Promise.resolve();
    };
    return {
      provider: 'postgres',
      adapterName: adapter.adapterName,
      options: { usePhantomQuery: false },
      queryRaw: async (query) => requireReadable(query.sql, await adapter.queryRaw(query)),
      executeRaw: (query) => adapter.executeRaw(query),
      commit: release,
      rollback: release,
      createSavepoint: (name) => statement(`SAVEPOINT ${name}`),
      rollbackToSavepoint: (name) => statement(`ROLLBACK TO SAVEPOINT ${name}`),
      releaseSavepoint: (name) => statement(`RELEASE SAVEPOINT ${name}`),
    };
  } catch (error) {
    client.release(true);
    throw error;
  }
}
