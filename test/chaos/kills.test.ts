// @module-tag story

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it } from 'vitest';
import { createRandom } from '../../src/emulator/random.js';
import type { Emulator } from '../../src/emulator/emulator.js';
import type { SyncResult } from '../../src/domain/results.js';
import { openDatabase } from '../helpers/open-database.js';
import { clockEnvironment } from '../helpers/clock.js';
import { useMachine } from '../helpers/costs.js';
import { STORY_KINDS, type DatabaseKind, environmentOf, onServer, useReadyTarget } from '../helpers/database.js';
import { openEmulator } from '../helpers/emulator.js';
import { expectedSums, lastDays, makeWorld, storedSums } from './world.js';

const PROGRAM = fileURLToPath(new URL('../../bin/costs.js', import.meta.url));
const KILLS = inject('long') ? 200 : 3;
const DAYS = inject('long') ? 180 : 60;
const span = lastDays(DAYS);
const ids = ['org-1', 'org-2', 'ant-1'];

async function start<K extends DatabaseKind>(kind: K) {
  const emulator = await openEmulator({ world: makeWorld(5, DAYS), now: () => new Date(), quirks: { latency: 30 } });
  const target = await useReadyTarget(kind);
  const env = {
    ...environmentOf(target),
    OPENAI_BASE_URL: emulator.baseUrl('openai'),
    ANTHROPIC_BASE_URL: emulator.baseUrl('anthropic'),
    ...Object.fromEntries(ids.map((id, index) => [`KEY_${index}`, emulator.organization(id).keys[0]?.secret])),
  };
  const machine = await useMachine(env);
  await machine.here(['init', '--team', 'acme', '--email', 'a@example.com', '--password-stdin'], {
    input: 'a password long enough',
  });
  for (const [index, id] of ids.entries()) {
    const { provider } = emulator.organization(id);
    const add = ['keys', 'add', '--provider', provider, '--organization', id, '--from-env', `KEY_${index}`, '--json'];
    expect(await machine.here(add)).toMatchObject({ code: 0 });
  }
  const sums = async () => {
    const database = await openDatabase(target);
    try {
      return await storedSums(database.prisma);
    } finally {
      await database.close();
    }
  };
  return {
    emulator,
    machine,
    target,
    env: { ...env, ...clockEnvironment(), PATH: process.env.PATH, HOME: machine.home },
    sums,
  };
}

/** Runs a backfill and does something to it once the providers have seen so many of its requests. */
async function disturb(emulator: Emulator, env: NodeJS.ProcessEnv, requests: number, work: (kill: () => void) => void) {
  const seen = emulator.requests.length;
  const child = spawn(process.execPath, [PROGRAM, 'backfill', '--since', span.since, '--force', '--json'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close');
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  while (!isOver() && emulator.requests.length - seen < requests) await wait(2);
  work(() => child.kill('SIGKILL'));
  const [code] = (await ended) as [number | null];
  return { code, stderr };
}

// On the embedded store each start takes a while; the long run tells that story, too.
describe.each(STORY_KINDS)('a backfill on %s', (kind) => {
  it(
    `that is killed ${KILLS} times ends as one that never was`,
    { timeout: inject('long') ? 3_600_000 : 120_000 },
    async () => {
      const { emulator, machine, env, sums } = await start(kind);
      const random = createRandom(7);
      for (let kill = 0; kill < KILLS; kill += 1)
        await disturb(emulator, env, 1 + Math.floor(random() * 22), (end) => void setTimeout(end, random() * 40));
      const last = await machine.here(['backfill', '--since', span.since, '--json']);
      expect(last, last.stderr).toMatchObject({ code: 0 });
      expect(await sums()).toEqual(expectedSums(emulator.world, span));
      const again = (await machine.here(['backfill', '--since', span.since, '--force', '--json'])).json<SyncResult>();
      expect(again.organizations.map(({ inserted, updated, deleted }) => inserted + updated + deleted)).toEqual([
        0, 0, 0,
      ]);
    },
  );
});

describe('a backfill whose database goes away in the middle', () => {
  it('says so without a stack trace, and the next one completes what it began', async () => {
    const { emulator, machine, target, env, sums } = await start('postgresql');
    const name = new URL(target.url).pathname.slice(1);
    const { code, stderr } = await disturb(emulator, env, 8, () => {
      void onServer(async (client) => {
        await client.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`);
        await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
      });
    });
    expect([1, 3, 6]).toContain(code);
    expect(stderr).not.toMatch(/\n\s+at /);
    await onServer((client) => client.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`));
    const next = await machine.here(['backfill', '--since', span.since, '--json']);
    expect(next, next.stderr).toMatchObject({ code: 0 });
    expect(await sums()).toEqual(expectedSums(emulator.world, span));
  });
});
