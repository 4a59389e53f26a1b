#!/usr/bin/env node
'use strict';
const { existsSync } = require('node:fs');
const nodeModule = require('node:module');
const { join } = require('node:path');
const { setTimeout } = require('node:timers');
const { tooOld } = require('./node-version.js');

// Node 22 and later keep compiled code between starts.
nodeModule.enableCompileCache?.();
// With `DEBUG=prisma:*`, or `*`, Prisma would print every row that it reads, the keys of sessions included. It looks here first.
Object.assign(globalThis, { DEBUG: '' });

const main = join(__dirname, '../dist/main.cjs');
const old = tooOld();
if (old !== null) refuse(old);
else if (existsSync(main)) void require(main).main().then(leave);
else refuse('costs is not built here: its packages were installed without scripts.\n→ Build it: npm run build\n');

// What waits for a named pipe that nobody writes to would hold an interrupted process for ever, and `process.exit`, too.
function leave() {
  if (process.exitCode === 130) setTimeout(() => process.kill(process.pid, 'SIGINT'), 2_000).unref();
}

function refuse(why) {
  process.stderr.write(why);
  process.exitCode = 1;
}
