// @module-tag story

import { describe, expect, inject, it } from 'vitest';
import type { Fault } from '../../src/emulator/faults.js';
import { editRows } from '../../src/emulator/edits.js';
import { useCollector } from '../helpers/collector.js';
import { STORY_KINDS, useTestDatabase } from '../helpers/database.js';
import { openEmulator } from '../helpers/emulator.js';
import { expectedSums, lastDays, makeWorld, storedSums } from './world.js';

const DAYS = 62;
const SEEDS = inject('long') ? Array.from({ length: 20 }, (_, index) => index + 1) : [1];

/** What may pass: all of it is asked again within a run. */
const PASSING: Fault[] = [
  { kind: 'status', status: 429 },
  { kind: 'status', status: 429, retryAfter: '0' },
  { kind: 'status', status: 429, retryAfter: 'Mon, 01 Jan 2001 00:00:00 GMT' },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 502, body: 'html' },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 529 },
  { kind: 'truncated-json' },
  { kind: 'reset' },
  { kind: 'refuse' },
  { kind: 'stall' },
  { kind: 'latency', milliseconds: 20 },
];
/** What would count money twice or lose it: the window fails, and nothing of it is stored. */
const LYING: Fault[] = [
  { kind: 'duplicate-page' },
  { kind: 'repeated-cursor' },
  { kind: 'missing-cursor' },
  { kind: 'empty-page', more: true },
  { kind: 'empty-buckets' },
  { kind: 'body', text: '{"data":[{"start_time":1,"end_time":"x","results":null}],"has_more":false,"next_page":null}' },
  { kind: 'html' },
  { kind: 'body', text: '[]' },
  { kind: 'body', text: '{"data":[],"has_more":"yes"}' },
  { kind: 'redirect', location: 'https://example.com/' },
];

async function start(kind: (typeof STORY_KINDS)[number], seed: number, giveUpAfterMs: number) {
  const emulator = await openEmulator({ world: makeWorld(seed, DAYS + 5), now: () => new Date(), seed });
  const { database } = await useTestDatabase(kind);
  const collector = await useCollector(database, emulator, {
    patience: { giveUpAfterMs, requestTimeoutMs: 400 },
  });
  return { emulator, database, ...collector };
}

describe.each(STORY_KINDS)('on %s', (kind) => {
  it.each(SEEDS)('a third of all requests failing, in every way that passes, ends complete (%d)', async (seed) => {
    const { emulator, database, collect } = await start(kind, seed, 30_000);
    const span = lastDays(DAYS);
    for (const fault of PASSING) emulator.addFault({ fault, probability: 0.3 / PASSING.length });
    const { status, organizations } = await collect(span);
    expect(organizations.map(({ error }) => error?.message)).toEqual([undefined, undefined, undefined]);
    expect(status).toBe('ok');
    expect(await storedSums(database.prisma)).toEqual(expectedSums(emulator.world, span));
  });

  it.each(SEEDS)('no lie of a provider is stored, and the next run is right (%d)', async (seed) => {
    const { emulator, database, collect } = await start(kind, seed, 1_000);
    const span = lastDays(DAYS);
    await collect(span);
    const before = await storedSums(database.prisma);
    for (const organization of emulator.world.organizations)
      editRows(organization, span.until, (row) => ({ ...row, amount: `${seed}.5` }));
    for (const fault of LYING) {
      const stop = emulator.addFault({ fault, match: { path: '/cost' } });
      await collect({ since: span.since, until: lastDays(2).since });
      stop();
      expect(await storedSums(database.prisma), fault.kind).toEqual(before);
    }
    expect(await collect(span)).toMatchObject({ status: 'ok' });
    expect(await storedSums(database.prisma)).toEqual(expectedSums(emulator.world, span));
    const again = await collect(span);
    expect(again.organizations.map(({ inserted, updated, deleted }) => inserted + updated + deleted)).toEqual([
      0, 0, 0,
    ]);
  });
});
