import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, inject, it, vi } from 'vitest';
import { createStore } from '../src/store/store.js';
import { clockEnvironment, clockOffset } from './helpers/clock.js';
import { DATABASE_KINDS, useTestDatabase } from './helpers/database.js';

const began = Date.parse(inject('now'));
/** Time goes on while a worker runs one file after the other. */
const LONGEST_RUN = 3_600_000;
const soonAfter = (instant: Date) => instant.getTime() - began >= 0 && instant.getTime() - began < LONGEST_RUN;

describe('the day that tests live on', () => {
  it('is that of this process and of the programs it starts', async () => {
    expect(soonAfter(new Date())).toBe(true);
    const { stdout } = await promisify(execFile)(process.execPath, ['-p', 'new Date().toISOString()'], {
      env: { ...process.env, ...clockEnvironment() },
    });
    expect(soonAfter(new Date(stdout.trim()))).toBe(true);
  });

  it('stays one where modules are loaded again', async () => {
    vi.resetModules();
    const again = await import('./helpers/clock.js');
    again.moveClock(inject('now'));
    expect(Math.abs(again.clockOffset() - clockOffset())).toBeLessThan(LONGEST_RUN);
    expect(again.clockEnvironment().TEST_CLOCK_OFFSET).toBe(clockEnvironment().TEST_CLOCK_OFFSET);
  });

  it.each(DATABASE_KINDS)('is that of %s', { tags: ['story'] }, async (kind) => {
    const { database } = await useTestDatabase(kind);
    expect(soonAfter(await createStore(database).collection.clock())).toBe(true);
    const [row] = await database.prisma.$queryRaw<[{ now: Date }]>`SELECT now() AS now`;
    expect(soonAfter(row.now)).toBe(true);
  });
});
