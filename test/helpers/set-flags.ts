import { setFlagsFromString } from 'node:v8';

// As bin/costs.js has it.
setFlagsFromString('--liftoff-only');
