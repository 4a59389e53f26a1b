import { writeFileSync } from 'node:fs';
import { BUILT_STATES, buildStates } from './store/migrations/shadow-states.js';

/** Part of the build: what our migrations lead to. */
writeFileSync(BUILT_STATES, JSON.stringify(await buildStates()));
