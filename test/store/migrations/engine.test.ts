// @module-tag story

import { expect, it, vi } from 'vitest';
import { createEmptyTarget } from '../../helpers/database.js';

/** Migrates an empty database with modules that were just loaded. */
async function migrate(): Promise<boolean> {
  vi.resetModules();
  const { openDatabase } = await import('../../../src/store/open.js');
  const { target, remove } = await createEmptyTarget('postgresql');
  const database = await openDatabase(target);
  await database.migrations.apply();
  const { ok } = await database.migrations.status();
  await database.close();
  await remove();
  return ok;
}

it('the schema engine is loaded once a process, however often our modules are', async () => {
  expect([await migrate(), await migrate()]).toEqual([true, true]);
});
