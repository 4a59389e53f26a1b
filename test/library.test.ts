import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addDays, toDay } from '../src/domain/day.js';
import type { Report } from '../src/domain/report.js';
import { startEmulator, type Emulator } from '../src/emulator/emulator.js';
import { openCosts, type CollectEvent, type Costs, type ExportDocument } from '../src/index.js';
import { clockEnvironment } from './helpers/clock.js';
import { createMachine, type Machine } from './helpers/costs.js';
import { anOrganization } from './helpers/emulator.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const YESTERDAY = addDays(toDay(new Date()), -1);
const PERIOD = { since: addDays(YESTERDAY, -4), until: YESTERDAY };

describe('the library', () => {
  let emulator: Emulator;
  let machine: Machine & { drop: () => Promise<void> };
  let environment: Record<string, string>;
  let costs: Costs;

  beforeAll(async () => {
    const organization = anOrganization({ provider: 'openai', id: 'org-1' });
    emulator = await startEmulator({ world: { organizations: [organization] }, now: () => new Date() });
    environment = {
      OPENAI_BASE_URL: emulator.baseUrl('openai'),
      OPENAI_ADMIN_KEY: organization.keys[0]?.secret ?? '',
    };
    machine = await createMachine(environment, { store: true });
    const add = ['keys', 'add', '--provider', 'openai', '--organization', 'org-1', '--name', 'Prod'];
    await machine.here([...add, '--from-env', 'OPENAI_ADMIN_KEY', '--json']);
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    costs = openCosts({ databaseUrl: null, home: `${machine.home}/costs` });
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await costs.close();
    await machine.drop();
    await emulator.close();
  });

  it('collects, tells what happens, and finds nothing to do the second time', async () => {
    const events: CollectEvent['type'][] = [];
    const first = await costs.backfill({ ...PERIOD, onEvent: ({ type }) => void events.push(type) });
    expect(first).toMatchObject({ status: 'ok', command: 'backfill', ...PERIOD });
    expect(first.organizations[0]?.inserted).toBeGreaterThan(0);
    expect(events).toEqual(expect.arrayContaining(['planned', 'wire', 'window-done', 'organization-done']));
    const again = await costs.backfill({ ...PERIOD, force: true });
    expect(again.organizations).toMatchObject([{ inserted: 0, updated: 0, deleted: 0 }]);
  });

  it('reports, exports and verifies what the commands print with --json', async () => {
    const [since, until] = [
      ['--since', PERIOD.since],
      ['--until', PERIOD.until],
    ];
    const told = async (...args: string[]) => machine.here([...args, ...since, ...until]);
    const { readAt: _now, ...report } = await costs.report({ ...PERIOD, groupBy: ['project', 'day'] });
    const printed = (await told('report', '--group-by', 'project,day', '--json')).json<Report>();
    expect(printed).toMatchObject(report as object);

    const rows: ExportDocument[] = [];
    for await (const row of costs.export(PERIOD)) rows.push(row);
    const lines = (await told('export', '--format', 'jsonl')).stdout.trim().split('\n');
    expect(rows).toEqual(lines.map((line) => JSON.parse(line) as ExportDocument));
    expect(rows.length).toBeGreaterThan(5);

    expect(await costs.verify(PERIOD)).toEqual((await told('verify', '--json')).json());
  });

  it('lets the rest of an export be, and works on afterwards', async () => {
    for await (const row of costs.export(PERIOD)) {
      expect(row.cost).toMatch(/^-?\d/);
      break;
    }
    expect((await costs.report(PERIOD)).rows.length).toBeGreaterThan(0);
  });

  it('throws what a person did wrong, with a code and what to do', async () => {
    await expect(costs.report({ since: 'tomorrow' })).rejects.toMatchObject({
      code: 'usage',
      hint: expect.any(String),
    });
    await expect(costs.report({ project: 'Serach' })).rejects.toMatchObject({ code: 'usage', exitCode: 2 });
    await expect(costs.backfill({ since: '2026-01-01', basis: 'usage', verify: true })).rejects.toThrow('No provider');
  });

  it('prints nothing, and leaves the exit code alone', async () => {
    const written = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write'));
    await costs.sync({ lookback: 1 });
    await costs.verify({ ...PERIOD, stored: true });
    for (const spy of written) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
    expect(process.exitCode).toBeUndefined();
  });

  it('does what the README shows, imported by its name', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const example = /<!-- library -->\s+```js\n([\s\S]*?)```\s+<!-- \/library -->/.exec(readme)?.[1] ?? '';
    const env = {
      ...environment,
      PATH: process.env.PATH,
      HOME: machine.home,
      COSTS_HOME: `${machine.home}/costs`,
      ...clockEnvironment(),
    };
    await costs.close();
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
