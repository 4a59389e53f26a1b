import { openDatabase } from '../../../src/store/open.js';

// Applies what is pending, and tells before each migration how many came before it.
const database = await openDatabase({ kind: 'postgresql', url: process.argv[2] ?? '' });
let step = 0;
await database.migrations.apply({ onStart: () => process.send?.(step++) });
await database.close();
