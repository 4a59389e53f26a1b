import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/database.js';
import { NO_FILTERS, withEngine, toMigrationList } from '../../../src/store/migrations/engine.js';
import { readDown, readMigrations, readSchema, type MigrationFile } from '../../../src/store/migrations/folder.js';
import { openDatabase } from '../../../src/store/open.js';
import { DATABASE_KINDS, useEmptyTarget, useTestDatabase } from '../../helpers/database.js';
import { dumpSchema } from '../../helpers/dump-schema.js';

let migrations: MigrationFile[];
beforeAll(async () => {
  migrations = await readMigrations();
});

it('the migrations lead exactly to schema.prisma', async () => {
  const { database } = await useTestDatabase('embedded');
  const session = database.openSession();
  const schema = await readSchema();
  const { stdout } = await withEngine(session, (engine) =>
    engine.diff({
      from: { tag: 'migrations', ...toMigrationList(migrations) },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
      script: true,
      exitCode: null,
      filters: NO_FILTERS,
    }),
  );
  await session.close();
  expect(stdout?.trim()).toBe('-- This is an empty migration.');
});

describe.each(DATABASE_KINDS)('on %s', (kind) => {
  let database: Database;
  let drop: (() => Promise<void>) | undefined;
  afterAll(() => drop?.());

  it('every down.sql leads back to exactly the state before its migration', async () => {
    database = await openDatabase(await useEmptyTarget(kind));
    drop = () => database.close();
    const states = [await dumpSchema(database.pool)];
    for (const { sql } of migrations) {
      await database.pool.query(sql);
      states.push(await dumpSchema(database.pool));
    }
    for (const [index, { name }] of [...migrations.entries()].reverse()) {
      expect(states[index + 1], `${name} changes something`).not.toBe(states[index]);
      await database.pool.query(await readDown(name));
      expect(await dumpSchema(database.pool), `after the down.sql of ${name}`).toBe(states[index]);
    }
    await database.close();
    drop = undefined;
  });
});
