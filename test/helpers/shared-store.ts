import { afterAll, beforeAll } from 'vitest';
import type { Database } from '../../src/store/database.js';
import { createStore, type Store } from '../../src/store/store.js';
import { createTestDatabase, type DatabaseKind } from './database.js';

export interface SharedStore {
  database: Database;
  store: Store;
}

/** A store for all tests of a suite, made before the first of them and dropped after the last. */
export function shareStore(kind: DatabaseKind): SharedStore {
  const shared = {} as SharedStore;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const made = await createTestDatabase(kind);
    drop = made.drop;
    Object.assign(shared, { database: made.database, store: createStore(made.database) });
  });
  afterAll(() => drop());
  return shared;
}
