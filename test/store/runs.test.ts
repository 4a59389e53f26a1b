import { expect, it } from 'vitest';
import type { RunStatus } from '../../src/domain/collection.js';
import { parseDay } from '../../src/domain/day.js';
import type { Basis } from '../../src/domain/results.js';
import { silentOutput } from '../../src/output/silent.js';
import { renderRun } from '../../src/output/runs.js';
import { createStore } from '../../src/store/store.js';
import { DATABASE_KINDS, useTestDatabase } from '../helpers/database.js';
import { registerOrganization } from '../helpers/organization.js';
import { fillProjects } from '../helpers/spend.js';

it('tells a run whose process was killed from one that goes on', async () => {
  const { database } = await useTestDatabase('postgresql');
  const { prisma } = database;
  const { collection, runs } = createStore(database);
  await prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
  const day = parseDay('2026-01-01');
  for (const id of ['killed', 'collecting', 'young', 'done']) {
    const span = { since: day, until: day };
    await collection.startRun({ id, teamId: 'team-1', command: 'sync', span, version: '0.0.0', plan: [] });
  }
  await collection.finishRun({ id: 'done', teamId: 'team-1' }, 'ok', []);
  await collection.finishRun({ id: 'young', teamId: 'another' }, 'failed', []);
  await prisma.$executeRaw`UPDATE runs SET started_at = now() - interval '1 hour' WHERE id <> 'young'`;
  for (const [holder, until] of [
    ['collecting', '1 minute'],
    ['killed', '-50 minutes'],
  ] as const) {
    await registerOrganization(prisma, 'openai', holder);
    await prisma.$executeRaw`
      INSERT INTO organization_leases VALUES ('openai', ${holder}, 'costs_v1', ${holder}, 'host', 'machine', 1, 'start', 'costs sync', now(), now() + ${until}::interval)`;
  }
  const statuses = (await runs.list('team-1', 10)).map(({ id, status }) => [id, status]);
  expect(Object.fromEntries(statuses)).toEqual({ killed: 'died', collecting: 'running', young: 'running', done: 'ok' });
  expect(await runs.find('team-1', 'kil')).toMatchObject([{ status: 'died' }]);
});

it.each(DATABASE_KINDS)('lets the planner know at its end of tables that have grown, on %s', async (kind) => {
  const { database } = await useTestDatabase(kind);
  const { prisma } = database;
  const { collection } = createStore(database);
  await fillProjects(prisma);
  const known = async () => {
    const tables = await prisma.$queryRaw<{ name: string }[]>`
      SELECT relname AS name FROM pg_class WHERE relname IN ('cost_data', 'usage_data') AND relkind = 'r' AND relpages > 0`;
    return tables.map(({ name }) => name);
  };
  await prisma.$executeRaw`
    INSERT INTO cost_data (id, project_id, api_version, bucket_start_time, bucket_end_time, currency, line_item, cost)
    SELECT i, 'search', 'costs_v1', '2026-01-01', '2026-01-02', 'USD', i, 1 FROM generate_series(1, 500) i`;
  await collection.finishRun({ id: 'any', teamId: 'team-1' }, 'ok', []);
  expect(await known()).toEqual(['cost_data']);
});

it.each([
  ['an earlier version', [{ provider: 'openai', organizationId: 'org-1', name: 'Prod', status: 'ok', days: 3 }]],
  [
    'a later one',
    [{ name: 'Prod', status: 'paused', days: 3, error: { code: 'new', message: 'It failed.' }, wisdom: { deep: 1 } }],
  ],
  ['nobody we know', [{ name: 'Prod', days: 3, restated: null, totals: 'none' }, 'text', null]],
])('reads and shows a result that %s has stored', async (_, stored) => {
  const { database } = await useTestDatabase('postgresql');
  const { collection, runs } = createStore(database);
  await database.prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
  const span = { since: parseDay('2026-01-01'), until: parseDay('2026-01-01') };
  await collection.startRun({ id: 'run-1', teamId: 'team-1', command: 'sync', span, version: '0.0.0', plan: {} });
  await collection.finishRun({ id: 'run-1', teamId: 'team-1' }, 'ok', stored);
  expect(await collection.news('team-1')).toEqual([]);
  const [run] = await runs.find('team-1', 'run');
  expect(run?.result).toMatchObject([
    { name: 'Prod', days: 3, requests: 0, restated: { rows: 0, days: 0, difference: [] }, totals: [], drift: [] },
  ]);
  if (run === undefined) throw new Error('The run was stored.');
  // Words of another version are none of ours.
  for (const { status, error } of run.result ?? [])
    expect([status, error?.code]).toEqual(
      error === undefined ? [expect.stringMatching(/^ok|failed$/), undefined] : ['failed', 'failed'],
    );
  expect(renderRun(run, { ...silentOutput(), width: 200 })).toContain('3 days');
});

it('knows which organizations a limit of requests stopped, since the first of the runs in a row that it stopped', async () => {
  const { database } = await useTestDatabase('postgresql');
  const { collection } = createStore(database);
  for (const id of ['team-1', 'team-2']) await database.prisma.team.create({ data: { id, name: id } });
  const span = { since: parseDay('2026-01-01'), until: parseDay('2026-01-01') };
  const now = await collection.clock();
  let count = 0;
  const ran = async (minutesAgo: number, results: [organizationId: string, how: string][], forced = false) => {
    const id = `run-${(count += 1)}`;
    const plan = [{ basis: 'billed', forced }];
    await collection.startRun({ id, teamId: 'team-1', command: 'backfill', span, version: '0', plan });
    const items = results.map(([organizationId, how]) => ({
      provider: 'openai',
      organizationId,
      status: how === 'quota' ? 'failed' : how,
      ...(how === 'quota' ? { error: { code: 'unreachable', retryAt: '2026-11-23T14:47:00Z' } } : {}),
      ...(how === 'failed' ? { error: { code: 'contract' } } : {}),
    }));
    await collection.finishRun({ id, teamId: 'team-1' }, 'partial', items);
    const startedAt = new Date(now.getTime() - minutesAgo * 60_000);
    await database.prisma.run.update({ where: { id }, data: { startedAt } });
  };
  const paused = async (forced = false, teamId = 'team-1') => {
    const found = await collection.pausedByQuota(teamId, { command: 'backfill', basis: 'billed', forced });
    const minutes = (since: Date) => (now.getTime() - since.getTime()) / 60_000;
    return Object.fromEntries(found.map(({ organizationId, since }) => [organizationId, minutes(since)]));
  };
  await ran(2000, [['a', 'quota']]);
  await ran(300, [
    ['a', 'ok'],
    ['b', 'quota'],
  ]);
  await ran(200, [
    ['a', 'quota'],
    ['b', 'skipped'],
  ]);
  await ran(100, [
    ['a', 'quota'],
    ['b', 'quota'],
    ['c', 'failed'],
  ]);
  expect(await paused()).toEqual({ a: 200, b: 300 });
  expect(await paused(true)).toEqual({});
  expect(await paused(false, 'team-2')).toEqual({});
  await ran(50, [['a', 'ok']]);
  expect(await paused()).toEqual({ b: 300 });
  await ran(40, [['a', 'quota']], true);
  expect(await paused(true)).toEqual({ a: 40 });
});

it('knows the first day that a sync set out to read and may not have come to', async () => {
  const { database } = await useTestDatabase('postgresql');
  const { collection } = createStore(database);
  for (const id of ['team-1', 'team-2']) await database.prisma.team.create({ data: { id, name: id } });
  const span = { since: parseDay('2026-10-01'), until: parseDay('2026-11-23') };
  let count = 0;
  const ran = async (command: 'sync' | 'backfill', status: RunStatus, organizationId: string, ...days: string[]) => {
    const id = `run-${(count += 1)}`;
    const windows = days.map((since) => ({ since, until: '2026-11-23' }));
    const plan = [{ provider: 'openai', organizationId, basis: 'billed', forced: false, windows }];
    await collection.startRun({ id, teamId: 'team-1', command, span, version: '0', plan });
    if (status !== 'running') await collection.finishRun({ id, teamId: 'team-1' }, status, []);
  };
  const unfinished = async (basis: Basis = 'billed', teamId = 'team-1') =>
    (await collection.unfinishedSyncs(teamId, basis))
      .map(({ organizationId, since }) => [organizationId, since])
      .sort();
  await ran('sync', 'ok', 'org-1', '2026-08-01');
  await ran('backfill', 'failed', 'org-1', '2026-01-01');
  await ran('sync', 'running', 'org-1', '2026-10-29', '2026-10-01');
  await ran('sync', 'partial', 'org-2', '2026-11-01');
  await ran('sync', 'interrupted', 'org-2', '2026-11-05');
  expect(await unfinished()).toEqual([
    ['org-1', '2026-10-01'],
    ['org-2', '2026-11-01'],
  ]);
  expect(await unfinished('usage')).toEqual([]);
  expect(await unfinished('billed', 'team-2')).toEqual([]);
});
