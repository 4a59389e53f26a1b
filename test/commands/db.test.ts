import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addDbCommand } from '../../src/commands/db.js';
import type { Context } from '../../src/context.js';
import { openDatabase } from '../../src/store/open.js';
import type { Database } from '../../src/store/database.js';
import { DATABASE_KINDS, useEmptyTarget } from '../helpers/database.js';

describe.each(DATABASE_KINDS)('costs db on %s', (kind) => {
  let database: Database;
  beforeEach(async () => {
    const target = await useEmptyTarget(kind);
    database = await openDatabase(target);
  });
  afterEach(async () => {
    process.exitCode = undefined;
    await database.close();
  });

  it('status tells what is pending, migrate applies it, and both have nothing left to say', async () => {
    expect(await run(database, 'status')).toMatchObject({ status: 'finding', history: false, applied: [] });
    expect(process.exitCode).toBe(1);
    process.exitCode = undefined;
    const { applied } = (await run(database, 'migrate')) as { applied: string[] };
    expect(applied[0]).toBe('20250301090000_baseline');
    expect(await run(database, 'migrate')).toMatchObject({ applied: [] });
    expect(await run(database, 'status')).toMatchObject({ status: 'ok', pending: [] });
    expect(process.exitCode).toBeUndefined();
  });
});

/** Runs `costs db …` as main would, on an open database, and returns what it wrote. */
async function run(database: Database, ...words: string[]): Promise<unknown> {
  const written: unknown[] = [];
  const style = new Proxy({}, { get: () => (text: string) => text });
  const silent = { update: () => undefined, done: () => undefined, failed: () => undefined, stop: () => undefined };
  const output = {
    json: true,
    style,
    progress: () => silent,
    note: () => undefined,
    write: (value: unknown, render: (value: unknown, output: unknown) => string) => {
      expect(render(value, output)).toMatch(/\S/);
      written.push(value);
    },
  };
  const program = new Command('costs').exitOverride();
  addDbCommand(program, () => ({ database: () => Promise.resolve(database), output }) as unknown as Context);
  await program.parseAsync(['db', ...words], { from: 'user' });
  expect(written).toHaveLength(1);
  return written[0];
}
