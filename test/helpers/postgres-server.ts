import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from './start-postgres.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL server for this run; its user may create databases. */
    postgresUrl: string;
    /** A folder for this run's templates; removed at its end. */
    templateFolder: string;
    /** Whether stories are told in full (`npm run test:long`): every kill, every round. */
    long: boolean;
    /** The instant at which each test file begins. */
    now: string;
  }
}

/** Starts one PostgreSQL for the whole run, unless TEST_DATABASE_URL names one, and leaves nothing behind. */
export default async function provideDatabases(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'costs-test-'));
  const given = process.env.TEST_DATABASE_URL;
  const server = given === undefined ? await startPostgres(join(folder, 'postgres'), TEST_SETTINGS) : null;
  project.provide('postgresUrl', given ?? server?.url ?? '');
  project.provide('templateFolder', folder);
  return async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

/** A crash of the machine may lose the test data: nothing is synced to disk. */
const TEST_SETTINGS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'];
