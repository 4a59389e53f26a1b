import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from './start-postgres.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL server for this run; its user may create databases. */
    postgresUrl: string;
    /** For whatever this run makes; removed at its end. */
    folder: string;
    /** Whether stories are told in full (`npm run test:long`): every kill, every round. */
    long: boolean;
    /** Whether stories are told of both stores; else of PostgreSQL alone. */
    bothStores: boolean;
    /** The instant at which each test file begins. */
    now: string;
  }
}

/** Starts one PostgreSQL for the whole run, unless TEST_DATABASE_URL names one, and leaves nothing behind. */
export default async function provideDatabases(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(await quickFolder(), 'costs-test-'));
  // Programs do not run from every folder in memory.
  const programs = await mkdtemp(join(tmpdir(), 'costs-test-'));
  const given = process.env.TEST_DATABASE_URL;
  const server =
    given === undefined
      ? await startPostgres(join(programs, 'postgres'), TEST_SETTINGS, join(folder, 'postgres'))
      : null;
  project.provide('postgresUrl', given ?? server?.url ?? '');
  project.provide('folder', folder);
  return async () => {
    await server?.stop();
    for (const each of [folder, programs]) await rm(each, { recursive: true, force: true });
  };
}

/**
 * In memory where there is room: a database is hundreds of files and an embedded store a thousand, which a disk takes ten
 * times as long to make, and the tests make hundreds of both.
 */
async function quickFolder(): Promise<string> {
  const memory = '/dev/shm';
  const found = await statfs(memory).catch(() => null);
  return found !== null && found.bavail * found.bsize > 4 * 1024 ** 3 ? memory : tmpdir();
}

/**
 * A crash of the machine may lose the test data: nothing is synced to disk. Databases live for seconds, so that nothing is
 * to be vacuumed, and hold little, so that compiling a statement takes longer than running it.
 */
const TEST_SETTINGS = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_connections=200',
  'autovacuum=off',
  'jit=off',
];
