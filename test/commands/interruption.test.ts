// @module-tag story

import { execFile, spawn } from 'node:child_process';
import { mkdir, open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.js';
import { clockEnvironment } from '../helpers/clock.js';
import { useMachine, type Machine } from '../helpers/costs.js';
import { environmentOf, useTestDatabase } from '../helpers/database.js';
import { adminKey, anOrganization, openEmulator } from '../helpers/emulator.js';
import { HAS_TERMINAL, inTerminal } from '../helpers/terminal.js';

const PROGRAM = fileURLToPath(new URL('../../bin/costs.js', import.meta.url));
const CTRL_C = '\u0003';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

describe.skipIf(!HAS_TERMINAL)(
  `Ctrl-C at a terminal${HAS_TERMINAL ? '' : ' (skipped: the program "script" of util-linux is not installed)'}`,
  () => {
    let machine: Machine;
    let emulator: Emulator;
    let temporary: string;
    beforeEach(async () => {
      const organization = { provider: 'openai', id: 'org-1' } as const;
      emulator = await openEmulator({
        now: () => new Date(),
        world: { organizations: [anOrganization(organization)] },
      });
      const env = { OPENAI_BASE_URL: emulator.baseUrl('openai'), OPENAI_ADMIN_KEY: adminKey(organization).secret };
      machine = await useMachine(env, { store: true });
      temporary = join(machine.home, 'tmp');
      await mkdir(temporary);
    });
    const environment = () => ({
      PATH: process.env.PATH,
      HOME: machine.home,
      TMPDIR: temporary,
      COSTS_HOME: join(machine.home, 'costs'),
      OPENAI_BASE_URL: emulator.baseUrl('openai'),
      OPENAI_ADMIN_KEY: adminKey({ provider: 'openai', id: 'org-1' }).secret,
      ...clockEnvironment(),
    });
    const costs = (args: string[], shows: string, types: string) =>
      inTerminal(
        [process.execPath, PROGRAM, ...args],
        environment(),
        // The spinner turns, and so the cursor is hidden.
        [
          [HIDE_CURSOR, ''],
          [shows, types],
        ],
      );

    it.each([['sync'], ['backfill', '--since', '2026-01-01', '--until', '2026-01-31']])(
      'ends %s in a sentence, with what was read and the run kept',
      async (...args) => {
        const add = [
          'keys',
          'add',
          '--provider',
          'openai',
          '--organization',
          'org-1',
          '--from-env',
          'OPENAI_ADMIN_KEY',
        ];
        expect(await machine.here(add)).toMatchObject({ code: 0 });
        emulator.addFault({ fault: { kind: 'stall' }, match: { path: '/costs' } });
        const { code, screen } = await costs(args, 'of', CTRL_C);
        expect({ code, screen }).toEqual({
          code: 130,
          screen: expect.stringContaining('the windows that were finished are kept.') as unknown,
        });
        expect(screen.replace(/\s+/g, ' ')).toContain(
          `goes on where this one stopped. To go on → node bin/costs.js ${args.join(' ')}`,
        );
        expect(screen.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(screen.lastIndexOf(HIDE_CURSOR));
        const { runs } = (await machine.here(['runs', 'list', '--json'])).json<{ runs: { status: string }[] }>();
        expect(runs.map(({ status }) => status)).toEqual(['interrupted']);
      },
    );

    it('ends sync as well where the window is closed, and the run is kept', async () => {
      const add = ['keys', 'add', '--provider', 'openai', '--organization', 'org-1', '--from-env', 'OPENAI_ADMIN_KEY'];
      expect(await machine.here(add)).toMatchObject({ code: 0 });
      emulator.addFault({ fault: { kind: 'stall' }, match: { path: '/costs' } });
      const before = emulator.requests.length;
      const window = spawn('script', ['--quiet', '--command', `'${process.execPath}' '${PROGRAM}' sync`, '/dev/null'], {
        env: environment(),
      });
      await expect.poll(() => emulator.requests.length, { timeout: 100_000 }).toBeGreaterThan(before);
      window.kill('SIGKILL');
      const states = async () =>
        (await machine.here(['runs', 'list', '--json'])).json<{ runs: { status: string }[] }>().runs;
      await expect.poll(states, { timeout: 100_000, interval: 500 }).toMatchObject([{ status: 'interrupted' }]);
    });

    it('ends the demo and leaves nothing behind', async () => {
      const { code, screen } = await costs(['demo'], 'throw-away store', CTRL_C);
      expect({ code, screen }).toEqual({ code: 130, screen: expect.stringContaining('Interrupted') as unknown });
      expect(screen.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(screen.lastIndexOf(HIDE_CURSOR));
      expect(await readdir(temporary)).toEqual([]);
    });
  },
);

describe('Ctrl-C while somebody else holds a lock of the database', () => {
  it('ends a run some seconds later, and says nothing of what it breaks off then', async () => {
    const organization = { provider: 'openai', id: 'org-1' } as const;
    const emulator = await openEmulator({
      now: () => new Date(),
      world: { organizations: [anOrganization(organization)] },
    });
    const { database, target } = await useTestDatabase('postgresql');
    const { costs, here } = await useMachine({
      ...environmentOf(target),
      OPENAI_BASE_URL: emulator.baseUrl('openai'),
      OPENAI_ADMIN_KEY: adminKey(organization).secret,
    });
    const init = ['init', '--team', 'acme', '--email', 'admin@example.com', '--password-stdin'];
    expect(await here(init, { input: 'correct horse battery staple' })).toMatchObject({ code: 0 });
    const add = ['keys', 'add', '--provider', 'openai', '--organization', 'org-1', '--from-env', 'OPENAI_ADMIN_KEY'];
    expect(await here(add)).toMatchObject({ code: 0 });
    const other = await database.pool.connect();
    await other.query('BEGIN; LOCK TABLE collected_days IN EXCLUSIVE MODE');
    const waiting = async () =>
      (await other.query(`SELECT FROM pg_locks WHERE NOT granted AND relation = 'collected_days'::regclass`)).rowCount;
    const when = () => expect.poll(waiting, { timeout: 100_000 }).toBeGreaterThan(0);
    const ran = await costs(['sync'], { end: { signal: 'SIGINT', when } });
    expect([ran.code, ran.stderr]).toEqual([130, expect.not.stringContaining('failed')]);
    await other.query('ROLLBACK');
    other.release();
  });
});

it('ends at a signal also while it waits for what nobody writes to a pipe', async () => {
  const machine = await useMachine({}, { store: true });
  const pipe = join(machine.home, 'pipe');
  await promisify(execFile)('mkfifo', [pipe]);
  let writer: FileHandle | undefined;
  // Opened as soon as somebody reads it.
  const when = async () => (writer = await open(pipe, 'w'));
  const ran = await machine.costs(['usage', 'prices', 'import', pipe], { end: { signal: 'SIGINT', when } });
  await writer?.close();
  expect(ran.stderr).toContain('Interrupted.');
}, 30_000);
