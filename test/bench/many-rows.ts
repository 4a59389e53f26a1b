import type { WindowWrite } from '../../src/domain/collection.js';
import { createCollectionStore } from '../../src/store/collection/collection-store.js';
import type { BenchDatabase, BenchServer } from './server.js';
import { countRows } from './windows.js';

/** How far copies lie apart: the length of the windows they are copies of. */
const DAYS = 31;

/**
 * A database with about so many rows: the windows as a sync writes them, and copies of them going back in time, which
 * would take a sync many minutes.
 */
export async function createManyRows(
  server: BenchServer,
  windows: readonly WindowWrite[],
  rows: number,
): Promise<BenchDatabase> {
  const db = await server.createDatabase();
  const store = createCollectionStore(db.database.sql);
  for (const window of windows) await store.writeWindow(window);
  await copyBack(db, Math.round(rows / countRows(windows)) - 1);
  await db.settle();
  return db;
}

async function copyBack({ database }: BenchDatabase, copies: number): Promise<void> {
  const client = await database.pool.connect();
  try {
    const { rows } = await client.query<{ indexname: string; indexdef: string }>(
      `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'cost_data' AND indexname <> 'cost_data_pkey'`,
    );
    for (const { indexname } of rows) await client.query(`DROP INDEX "${indexname}"`);
    // Copies of rows whose projects are there need no look at them.
    await client.query('SET session_replication_role = replica');
    await client.query(`
      INSERT INTO cost_data (id, project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, cost, quantity, quantity_unit, model)
      SELECT gen_random_uuid()::text, project_id, api_version, bucket_start_time - n * interval '${DAYS} days',
             bucket_end_time - n * interval '${DAYS} days', line_item, currency, cost, quantity, quantity_unit, model
      FROM generate_series(1, ${copies}) AS n, cost_data`);
    await client.query(`
      INSERT INTO collected_days SELECT ai_provider, ai_organization_id, api_version, day - n * ${DAYS}, read_at, first_read_at, first_closed_read_at, rows, run_id
      FROM generate_series(1, ${copies}) AS n, collected_days`);
    await client.query('RESET session_replication_role');
    for (const { indexdef } of rows) await client.query(indexdef);
  } finally {
    client.release();
  }
}
