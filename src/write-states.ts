import { writeFileSync } from 'node:fs';
import { BUILT_STATES, keyOfStates, packStates } from './store/migrations/built-states.js';
import { readMigrations } from './store/migrations/folder.js';
import { shadowStates } from './store/migrations/shadow-states.js';

/** Part of the build: what our migrations lead to. */
const migrations = await readMigrations();
writeFileSync(BUILT_STATES, JSON.stringify(packStates(keyOfStates(migrations), await shadowStates(migrations))));
