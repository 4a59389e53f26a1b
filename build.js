import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { tooOld } from './bin/node-version.js';

// Builds costs, unless what was built is there and all that it was made of is as it was: `npm ci` builds, and so do `npm test`
// and `npm run check` after it.

const old = tooOld();
if (old !== null) {
  process.stderr.write(old);
  process.exit(1);
}

const STAMP = 'dist/built-of';
const FILES = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'prisma.config.ts',
  'bundle.config.js',
  'build.js',
];
process.env.COSTS_COMMIT = commit();

if ((await readFile(STAMP, 'utf8').catch(() => '')) !== (await digest())) {
  await run('node_modules/prisma/build/index.js', 'generate', '--no-hints');
  await run('bundle.config.js');
  // The general help is asked for more often than it changes; while it is not written yet, the program makes it.
  await writeFile('dist/help.txt', execFileSync(process.execPath, ['bin/costs.js', '--help'], { env: {} }));
  await Promise.all([
    run('node_modules/typescript/bin/tsc', '--project', 'src/tsconfig.json'),
    run('--import', 'jiti/register', 'src/write-schemas.ts'),
    run('--import', 'jiti/register', 'src/write-states.ts'),
  ]);
  await writeFile(STAMP, await digest());
}

/** Of the commit, the sources, and what was made of them. */
async function digest() {
  const hash = createHash('sha256').update(process.env.COSTS_COMMIT);
  const files = [...FILES];
  for (const folder of ['src', 'prisma', 'dist']) {
    const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const each of found) if (each.isFile()) files.push(`${each.parentPath}/${each.name}`);
  }
  for (const path of files.sort()) if (path !== STAMP) hash.update(`${path}\n`).update(await readFile(path));
  return hash.digest('hex');
}

/** The commit that is built, for `costs --version`; empty where there is no history. */
function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short=10', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return '';
  }
}

/** Runs a program of Node's; what it says is said here. Its failure ends the build. */
async function run(...args) {
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  const [code] = await once(child, 'close');
  if (code !== 0) process.exit(1);
}
