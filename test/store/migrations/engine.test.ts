// @module-tag story

import { expect, it, vi } from 'vitest';
import { NO_FILTERS, toMigrationList, withEngine } from '../../../src/store/migrations/engine.js';
import { openDatabase } from '../../../src/store/open.js';
import type { Connection } from '../../../src/store/pool.js';
import { createEmptyTarget } from '../../helpers/database.js';

/** Migrates an empty database with modules that were just loaded. */
async function migrate(): Promise<boolean> {
  vi.resetModules();
  const { openDatabase } = await import('../../../src/store/open.js');
  const { target, remove } = await createEmptyTarget('postgresql');
  const database = await openDatabase(target);
  await database.migrations.apply();
  const { ok } = await database.migrations.status();
  await database.close();
  await remove();
  return ok;
}

it('the schema engine is loaded once a process, however often our modules are', async () => {
  expect([await migrate(), await migrate()]).toEqual([true, true]);
});

it('says that the connection was lost where the server ends it while the engine reads its history', async () => {
  const { target, remove } = await createEmptyTarget('postgresql');
  const database = await openDatabase(target);
  const session = await database.openSession();
  const end = 'SELECT pg_terminate_backend(pg_backend_pid())';
  const query = (...asked: Parameters<Connection['query']>) =>
    session.pool.query(
      ...(JSON.stringify(asked[0]).includes('_prisma_migrations') ? ([end] as unknown as typeof asked) : asked),
    );
  const pool = Object.assign(Object.create(session.pool) as Connection, { query });
  const failure = await withEngine({ pool }, (engine) =>
    engine.applyMigrations({ migrationsList: toMigrationList([]), filters: NO_FILTERS }),
  ).catch((error: unknown) => error);
  expect(database.explain(failure)).toMatchObject({ code: 'unreachable' });
  await session.close();
  await database.close();
  await remove();
});
