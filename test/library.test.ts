// @module-tag story

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addDays, toDay } from '../src/domain/day.js';
import type { Report } from '../src/domain/report.js';
import { startEmulator, type Emulator } from '../src/emulator/emulator.js';
import { generateWorld } from '../src/emulator/generate.js';
import {
  openCosts,
  type CollectEvent,
  type Costs,
  type ExportDocument,
  type ReportRequest,
  type SyncRequest,
} from '../src/index.js';
import { clockEnvironment } from './helpers/clock.js';
import { createMachine, type Machine } from './helpers/costs.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const YESTERDAY = addDays(toDay(new Date()), -1);
const PERIOD = { since: addDays(YESTERDAY, -4), until: YESTERDAY };

describe('the library', () => {
  let emulator: Emulator;
  let machine: Machine & { drop: () => Promise<void> };
  let environment: Record<string, string>;

  beforeAll(async () => {
    const world = generateWorld({
      seed: 5,
      until: toDay(new Date()),
      days: 40,
      organizations: ['org-1', 'org-2'].map((id) => ({ provider: 'openai', id, projects: 2, lineItems: 2 })),
    });
    emulator = await startEmulator({ world, now: () => new Date() });
    environment = {
      OPENAI_BASE_URL: emulator.baseUrl('openai'),
      OPENAI_ADMIN_KEY: world.organizations[0]?.keys[0]?.secret ?? '',
      OPENAI_ADMIN_KEY_2: world.organizations[1]?.keys[0]?.secret ?? '',
    };
    machine = await createMachine(environment, { store: true });
    const add = ['keys', 'add', '--provider', 'openai', '--organization', 'org-1', '--name', 'Prod'];
    await machine.here([...add, '--from-env', 'OPENAI_ADMIN_KEY', '--json']);
    for (const [name, value] of Object.entries({ ...environment, HOME: '' })) vi.stubEnv(name, value);
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await machine.drop();
    await emulator.close();
  });

  /** The embedded store serves one at a time: it is closed before a command opens it. */
  async function withCosts<T>(work: (costs: Costs) => Promise<T>): Promise<T> {
    // However it is named, and whoever runs it.
    const costs = openCosts({ databaseUrl: null, home: relative('.', `${machine.home}/costs`) });
    try {
      return await work(costs);
    } finally {
      await costs.close();
    }
  }

  it('collects, tells what happens, and finds nothing to do the second time', async () => {
    const events: CollectEvent['type'][] = [];
    const onEvent = ({ type }: CollectEvent) => void events.push(type);
    const [first, again] = await withCosts(async (costs) => [
      await costs.backfill({ ...PERIOD, onEvent }),
      await costs.backfill({ ...PERIOD, force: true }),
    ]);
    expect(first).toMatchObject({ status: 'ok', command: 'backfill', ...PERIOD });
    expect(first.organizations[0]?.inserted).toBeGreaterThan(0);
    expect(events).toEqual(expect.arrayContaining(['planned', 'wire', 'window-done', 'organization-done']));
    expect(again.organizations).toMatchObject([{ inserted: 0, updated: 0, deleted: 0 }]);
  });

  it('reports, exports and verifies what the commands print with --json', async () => {
    const [since, until] = [
      ['--since', PERIOD.since],
      ['--until', PERIOD.until],
    ];
    const told = async (...args: string[]) => machine.here([...args, ...since, ...until]);
    const [report, rows, verification] = await withCosts(async (costs) => {
      const all: ExportDocument[] = [];
      for await (const row of costs.export(PERIOD)) all.push(row);
      return [await costs.report({ ...PERIOD, groupBy: ['project', 'day'] }), all, await costs.verify(PERIOD)] as const;
    });
    const printed = (await told('report', '--group-by', 'project,day', '--json')).json<Report>();
    expect(printed).toEqual({ ...report, readAt: printed.readAt });
    const lines = (await told('export', '--format', 'jsonl')).stdout.trim().split('\n');
    expect(rows).toEqual(lines.map((line) => JSON.parse(line) as ExportDocument));
    expect(rows.length).toBeGreaterThan(5);
    expect(verification).toEqual((await told('verify', '--json')).json());
  });

  it('lets the rest of an export be, and works on afterwards', async () => {
    await withCosts(async (costs) => {
      for await (const row of costs.export(PERIOD)) {
        expect(row.cost).toMatch(/^-?\d/);
        break;
      }
      expect((await costs.report(PERIOD)).rows.length).toBeGreaterThan(0);
    });
  });

  it('throws what a person did wrong, with a code and what to do', async () => {
    await withCosts(async (costs) => {
      await expect(costs.report({ since: 'tomorrow' })).rejects.toMatchObject({ code: 'usage', exitCode: 2 });
      await expect(costs.report({ project: 'Serach' })).rejects.toMatchObject({ hint: 'costs projects list' });
      const twice = { since: '2026-01-01', basis: 'usage', verify: true } as const;
      await expect(costs.backfill(twice)).rejects.toThrow('No provider');
    });
  });

  it('checks words and lengths of time that no compiler has checked', async () => {
    const wrong = {
      report: [{ groupBy: ['x'] }, { groupBy: [] }, { basis: 'x' }, { columns: ['x'] }, { sort: 'x' }],
      sync: [{ basis: 'x' }, { timeout: 30 * 86_400 }, { timeout: -1 }, { wait: NaN }, { basis: 'usage', bucket: 'x' }],
    };
    await withCosts(async (costs) => {
      for (const each of wrong.report)
        await expect(costs.report(each as ReportRequest), JSON.stringify(each)).rejects.toMatchObject({
          code: 'usage',
        });
      for (const each of wrong.sync)
        await expect(costs.sync(each as SyncRequest), JSON.stringify(each)).rejects.toMatchObject({ code: 'usage' });
    });
  });

  it('compares of each organization the days that a run has read of it', async () => {
    const add = ['keys', 'add', '--provider', 'openai', '--organization', 'org-2', '--name', 'Second'];
    await machine.here([...add, '--from-env', 'OPENAI_ADMIN_KEY_2', '--json']);
    const { verified } = await withCosts((costs) => costs.sync({ verify: true }));
    const [first, second] = verified?.organizations ?? [];
    expect([first?.name, first?.notCompared, second?.name]).toEqual(['Prod', [], 'Second']);
    expect(second?.days).toBeGreaterThan(first?.days ?? 0);
  });

  it('prints nothing, and leaves the exit code alone', async () => {
    const written = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write'));
    await withCosts(async (costs) => {
      await costs.sync({ lookback: 1 });
      await costs.verify({ ...PERIOD, stored: true });
    });
    for (const spy of written) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
    expect(process.exitCode).toBeUndefined();
  });

  it('does what its help shows, imported by its name', async () => {
    const help = await readFile(new URL('../src/help/library.md', import.meta.url), 'utf8');
    const example = /<!-- library -->\s+```js\n([\s\S]*?)```\s+<!-- \/library -->/.exec(help)?.[1] ?? '';
    const env = {
      ...environment,
      PATH: process.env.PATH,
      HOME: machine.home,
      COSTS_HOME: `${machine.home}/costs`,
      ...clockEnvironment(),
    };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', example], {
      cwd: ROOT,
      env,
    });
    expect(stderr).toBe('');
    const shown = JSON.parse(stdout) as { status: string; totals: Report['totals']; rows: number };
    const report = (await machine.here(['report', '--period', 'mtd', '--json'])).json<Report>();
    expect(shown).toMatchObject({ status: 'ok', totals: report.totals });
    expect(shown.rows).toBeGreaterThan(5);
  });
});
