import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/database.js';
import { NO_FILTERS, withEngine, toMigrationList } from '../../../src/store/migrations/engine.js';
import { concurrentIndex } from '../../../src/store/migrations/concurrent-index.js';
import { shadowStates } from '../../../src/store/migrations/shadow-states.js';
import { findDeletions } from '../../../src/store/migrations/losses.js';
import { readDown, readMigrations, readSchema, type MigrationFile } from '../../../src/store/migrations/folder.js';
import { openDatabase } from '../../../src/store/open.js';
import { STORY_KINDS, useEmptyTarget } from '../../helpers/database.js';
import { dumpSchema } from '../../helpers/dump-schema.js';
import { runScript } from '../../helpers/schema-states.js';

let migrations: MigrationFile[];
beforeAll(async () => {
  migrations = await readMigrations();
});

it('the migrations lead exactly to schema.prisma', { tags: ['story'] }, async () => {
  const database = await openDatabase(await useEmptyTarget('embedded'));
  const session = await database.openSession();
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
  await database.close();
  expect(stdout?.trim()).toBe('-- This is an empty migration.');
});

it('no migration mixes what a pushed database has with what it cannot have: adopting one must be able to leave the latter pending', async () => {
  const states = await shadowStates(migrations);
  for (const [index, { name }] of migrations.entries()) {
    const before = new Set(states[index]?.map(({ object }) => object));
    const added = states[index + 1]?.filter(({ object }) => !before.has(object)) ?? [];
    expect(new Set(added.map(({ expressible }) => expressible)).size, name).toBeLessThanOrEqual(1);
  }
});

it('every index on a large table is a migration of its own, built concurrently', () => {
  for (const { name, sql } of migrations.slice(1)) {
    const onCosts = sql.match(/CREATE (UNIQUE )?INDEX (CONCURRENTLY )?"[^"]+" ON "cost_data"/g) ?? [];
    if (onCosts.length === 0) continue;
    expect(onCosts, name).toHaveLength(1);
    expect(concurrentIndex({ sql }), name).not.toBeNull();
    expect(
      sql
        .replace(/--[^\n]*/g, '')
        .trim()
        .split(';')
        .filter((part) => part.trim() !== ''),
      name,
    ).toHaveLength(1);
  }
});

it('every DELETE of a down.sql is one that the export understands', async () => {
  for (const { name } of migrations) {
    const down = await readDown(name);
    const plain = down.replace(/--[^\n]*|\$\$[^]*?\$\$/g, '');
    const statements = plain.match(/(?<!\bON )\b(DELETE|TRUNCATE|UPDATE)\b/gi) ?? [];
    expect(statements.length, name).toBe(findDeletions(down).length);
  }
});

describe.each(STORY_KINDS)('on %s', (kind) => {
  let database: Database;
  let drop: (() => Promise<void>) | undefined;
  afterAll(() => drop?.());

  it('every down.sql leads back to exactly the state before its migration', { tags: ['story'] }, async () => {
    database = await openDatabase(await useEmptyTarget(kind));
    drop = () => database.close();
    const states = [await dumpSchema(database.pool)];
    for (const { sql } of migrations) {
      await runScript(database.pool, sql);
      states.push(await dumpSchema(database.pool));
    }
    for (const [index, { name, sql }] of [...migrations.entries()].reverse()) {
      const isSame = states[index + 1] === states[index];
      expect(isSame, `${name} changes the schema, or what is in it alone`).toBe(
        !/^(?:CREATE|ALTER|DROP|DO)\b/m.test(sql),
      );
      await runScript(database.pool, await readDown(name));
      expect(await dumpSchema(database.pool), `after the down.sql of ${name}`).toBe(states[index]);
    }
    await database.close();
    drop = undefined;
  });
});
