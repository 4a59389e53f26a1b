import { existsSync } from 'node:fs';
import type { Database, OpenOptions } from './database.js';
import { embeddedFolders } from './embedded-folders.js';

/** Which database: DATABASE_URL, or the embedded one under COSTS_HOME. */
export type DatabaseTarget = { kind: 'postgresql'; url: string } | { kind: 'embedded'; home: string };

/**
 * Opens a database, whatever its schema; `database.migrations.requireCurrent()` is the gate to everything else.
 * @throws CostsError that names the cause; `unreachable` in under ten seconds
 */
export async function openDatabase(target: DatabaseTarget, options: OpenOptions = {}): Promise<Database> {
  if (target.kind === 'postgresql') {
    const { openPostgres } = await import('./postgres.js');
    return openPostgres(target.url, options);
  }
  // PGlite is ten megabytes of WebAssembly: only those who use it should load it.
  const { openEmbedded } = await import('./embedded.js');
  return openEmbedded(target.home, options);
}

/** Whether there is a store to open; makes none. */
export function storeExists(target: DatabaseTarget): boolean {
  if (target.kind === 'postgresql') return true;
  const { data, replaced } = embeddedFolders(target.home);
  // A restore that was killed has put the one aside, and opening brings it back.
  return existsSync(data) || existsSync(replaced);
}
