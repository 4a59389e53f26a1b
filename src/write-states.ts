import { existsSync, writeFileSync } from 'node:fs';
import { emptyStorePath, packEmptyStore } from './store/empty-store.js';
import { BUILT_STATES, keyOfStates, packStates } from './store/migrations/built-states.js';
import { readMigrations } from './store/migrations/folder.js';
import { shadowStates } from './store/migrations/shadow-states.js';
import { startPglite } from './store/pglite.js';

/** Part of the build: a store that is empty, and what our migrations lead to. */
const path = await emptyStorePath();
if (!existsSync(path)) {
  const db = await startPglite();
  writeFileSync(path, await packEmptyStore(db));
  await db.close();
}
const migrations = await readMigrations();
writeFileSync(BUILT_STATES, JSON.stringify(packStates(keyOfStates(migrations), await shadowStates(migrations))));
