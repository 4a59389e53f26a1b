#!/usr/bin/env node
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { setFlagsFromString } from 'node:v8';

// Node 22 and later keep compiled code between starts.
nodeModule.enableCompileCache?.();
// The embedded store is WebAssembly. Optimising it takes longer than a command runs: without, it opens in half the time.
setFlagsFromString('--liftoff-only');
// With `DEBUG=prisma:*`, or `*`, Prisma would print every row that it reads, the keys of sessions included. It looks here first.
Object.assign(globalThis, { DEBUG: '' });

/** As package.json has it. What was built would end an older Node with a page of itself. */
const OLDEST = [20, 19];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
  refuse(
    `costs needs Node.js ${OLDEST.join('.')} or newer; this is ${process.versions.node}.`,
    'Install a newer one: https://nodejs.org',
  );
else if (existsSync(fileURLToPath(new URL('../dist/main.js', import.meta.url))))
  await (await import('../dist/main.js')).main();
else refuse('costs is not built here: its packages were installed without scripts.', 'Build it: npm run build');

function refuse(why, hint) {
  process.stderr.write(`${why}\n→ ${hint}\n`);
  process.exitCode = 1;
}
