#!/usr/bin/env node
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { tooOld } from './node-version.js';

// Node 22 and later keep compiled code between starts.
nodeModule.enableCompileCache?.();
// The embedded store is WebAssembly. Optimising it takes longer than a command runs: without, it opens in half the time.
setFlagsFromString('--liftoff-only');
// With `DEBUG=prisma:*`, or `*`, Prisma would print every row that it reads, the keys of sessions included. It looks here first.
Object.assign(globalThis, { DEBUG: '' });

const old = tooOld();
if (old !== null) refuse(old);
else if (existsSync(fileURLToPath(new URL('../dist/main.js', import.meta.url))))
  await (await import('../dist/main.js')).main();
else refuse('costs is not built here: its packages were installed without scripts.\n→ Build it: npm run build\n');

function refuse(why) {
  process.stderr.write(why);
  process.exitCode = 1;
}
