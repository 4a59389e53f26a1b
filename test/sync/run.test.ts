import type { CostProvider } from '../../src/domain/cost-provider.js';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../src/domain/day.js';
import type { CostPage } from '../../src/domain/provider.js';
import { collectWindow } from '../../src/sync/collect.js';
import { planBackfill } from '../../src/sync/plan.js';
import { runSync } from '../../src/sync/run.js';
import { worldRow } from '../../src/emulator/world.js';
import { expectedSums, lastDays, makeWorld, storedSums, today } from '../chaos/world.js';
import { useCollector } from '../helpers/collector.js';
import { useTestDatabase } from '../helpers/database.js';
import { openEmulator } from '../helpers/emulator.js';
import { line } from '../helpers/lines.js';
import { organizationOf } from '../helpers/organization.js';

const yesterday = addDays(today, -1);

/** One organization of OpenAI, and a provider that may be told to answer otherwise. */
async function start() {
  const emulator = await openEmulator({ world: makeWorld(4, 10), now: () => new Date() });
  emulator.world.organizations.splice(1);
  const { database } = await useTestDatabase('postgresql');
  const collector = await useCollector(database, emulator);
  const { provider } = collector.dependencies;
  const answer = (pages: CostPage[]) => {
    collector.dependencies.provider = async (id): Promise<CostProvider> => ({
      ...(await provider(id)),
      // eslint-disable-next-line @typescript-eslint/require-await -- a stream that is there already
      async *fetchCosts() {
        yield* pages;
      },
    });
  };
  return { emulator, database, ...collector, answer };
}

describe('a run', () => {
  it('stores nothing of another organization, whose key was put in the place of this one’s', async () => {
    const { answer, collect, database } = await start();
    const [own, stranger] = ['org-1', 'org-9'].map((organizationId) =>
      line(yesterday, 'proj_1', 'gpt-5, input', '2', { organizationId }),
    );
    const page = (lines: CostPage['lines']): CostPage => ({
      buckets: [{ start: lines[0]?.bucketStart ?? new Date(), end: lines[0]?.bucketEnd ?? new Date() }],
      lines,
      end: 'complete',
    });
    if (own === undefined || stranger === undefined) throw new Error('Two lines were made.');
    answer([page([own, stranger])]);
    const { organizations } = await collect({ since: yesterday, until: yesterday });
    expect(organizations[0]).toMatchObject({ status: 'failed', error: { code: 'conflict' } });
    expect(organizations[0]?.error?.message).toContain('org-9');
    expect(await storedSums(database.prisma)).toEqual({});
    answer([page([own])]);
    expect(await collect({ since: yesterday, until: yesterday })).toMatchObject({ status: 'ok' });
  });

  it('fails a past day for which the provider promised more and sent no bucket; today may have none yet', async () => {
    const { answer, collect, store } = await start();
    answer([{ buckets: [], lines: [], end: 'early' }]);
    const { organizations } = await collect({ since: yesterday, until: yesterday });
    expect(organizations[0]).toMatchObject({ status: 'failed', error: { code: 'contract' } });
    expect(await collect({ since: today, until: today })).toMatchObject({ status: 'ok' });
    expect(await store.collection.collectedDays(organizationOf('openai', 'org-1'))).toEqual([]);
  });

  it('reads what is told still, says what is not, and keeps what was read of that while it was', async () => {
    const { emulator, collect, database } = await start();
    await collect({ since: addDays(today, -8), until: addDays(today, -7) });
    const before = await storedSums(database.prisma);
    emulator.quirks.costsLookback = 4;
    const { status, organizations } = await collect(lastDays(9));
    const narrowed = [{ endpoint: 'costs', since: addDays(today, -4) }];
    expect({ status, organizations }).toMatchObject({ status: 'ok', organizations: [{ days: 5, narrowed }] });
    expect(await storedSums(database.prisma)).toEqual({
      ...before,
      ...expectedSums(emulator.world, lastDays(5)),
    });
    expect((await collect({ since: addDays(today, -8), until: addDays(today, -6) })).organizations).toMatchObject([
      { status: 'ok', days: 0, narrowed },
    ]);
  });

  it('tells of a new value once for all runs, and keeps the list', async () => {
    const { emulator, collect, store, database } = await start();
    const run = async () => (await collect({ since: yesterday, until: yesterday })).organizations[0]?.drift;
    expect(await run()).toEqual([]);
    const { days } = emulator.organization('org-1');
    days.set(yesterday, [
      worldRow({ projectId: 'p', lineItem: 'tides', amount: '9000', quantity: '1', quantityUnit: 'moons' }),
    ]);
    expect(await run()).toEqual([{ path: 'quantity_unit=moons', value: 'moons' }]);
    expect(await run()).toEqual([]);
    expect(await store.collection.news('team-1')).toEqual([
      { provider: 'openai', path: 'quantity_unit=moons', firstSeenAt: expect.any(Date) as Date },
    ]);
    await database.prisma.team.create({ data: { id: 'team-2', name: 'other' } });
    expect(await store.collection.news('team-2')).toEqual([]);
  });

  it('lets a project that nobody linked follow the name it has at the provider, and tells it once', async () => {
    const { emulator, collect, store } = await start();
    const run = async () => (await collect({ since: yesterday, until: yesterday })).organizations[0]?.renamed;
    const names = async () => (await store.projects.list('team-1')).map(({ name }) => name);
    expect(await run()).toBeUndefined();
    const [project] = emulator.organization('org-1').projects;
    if (project === undefined) throw new Error('The world has projects.');
    const { name } = project;
    project.name = 'Renamed';
    expect(await run()).toEqual([{ from: name, to: 'Renamed' }]);
    expect(await names()).toContain('Renamed');
    expect(await run()).toBeUndefined();
    await store.projects.linkAll('team-1', {});
    project.name = 'Renamed again';
    expect(await run()).toBeUndefined();
    expect(await names()).toContain('Renamed');
    const page = `{"data":[{"id":"${project.id}","name":"Again","created_at":1,"status":"active"}],"last_id":"${project.id}","has_more":true}`;
    const stop = emulator.addFault({ fault: { kind: 'body', text: page }, match: { path: '/organization/projects' } });
    const { status, organizations } = await collect({ since: yesterday, until: yesterday });
    expect({ status, missing: organizations[0]?.missing }).toEqual({
      status: 'ok',
      missing: [expect.stringContaining('names of projects (OpenAI')],
    });
    stop();
    for (const key of emulator.organization('org-1').keys) key.scopes = ['usage'];
    expect(await collect({ since: yesterday, until: yesterday })).toMatchObject({ status: 'ok' });
  });

  it('leaves out the days that another run read while it waited', async () => {
    const { emulator, organizations, dependencies, store, collect } = await start();
    const plannedAt = await store.collection.clock();
    const span = lastDays(6);
    const other = { since: addDays(today, -4), until: addDays(today, -2) };
    await collect(other);
    const plan = planBackfill(
      { organizations, collected: new Map(), today, maxDays: () => 31, requestsAWindow: () => 1 },
      span,
      true,
    );
    emulator.requests.length = 0;
    const options = { teamId: 'team-1', version: '0', acceptRestatement: false, forced: false, waitMs: 0 };
    const result = await runSync(plan, { ...options, runId: 'late', plannedAt }, dependencies);
    expect(result.organizations[0]).toMatchObject({ status: 'ok', days: 3 });
    const costs = () => emulator.requests.filter(({ path }) => path.endsWith('/costs'));
    expect(costs()).toHaveLength(2);

    emulator.requests.length = 0;
    const idle = await runSync(plan, { ...options, runId: 'later', plannedAt }, dependencies);
    expect(idle.organizations[0]).toMatchObject({ status: 'skipped' });
    expect(costs()).toEqual([]);
    const again = await runSync(
      plan,
      { ...options, runId: 'last', plannedAt: await store.collection.clock() },
      dependencies,
    );
    expect(again.organizations[0]).toMatchObject({ status: 'ok', days: 6, inserted: 0, updated: 0, deleted: 0 });
  });
});

describe('the answer of a window', () => {
  const days = ['2026-11-01', '2026-11-02', '2026-11-03'] as const;
  const span = { since: days[0], until: days[2] } as Parameters<typeof collectWindow>[2];
  const bucket = (day: string) => {
    const { bucketStart, bucketEnd } = line(day, 'p', 'x', '1');
    return { start: bucketStart, end: bucketEnd };
  };
  // eslint-disable-next-line @typescript-eslint/require-await -- a stream that is there already
  async function* stream(pages: CostPage[]) {
    yield* pages;
  }
  const organization = { organizationId: 'org-1', name: 'Prod' } as Parameters<typeof collectWindow>[1];
  const answered = async (pages: CostPage[]) => (await collectWindow(stream(pages), organization, span)).days;

  it('speaks for every day when it is complete, and after an early stop for those up to the last bucket', async () => {
    const [first, second] = [bucket(days[0]), bucket(days[1])];
    expect(await answered([{ buckets: [first], lines: [], end: 'complete' }])).toEqual(days);
    expect(
      await answered([
        { buckets: [first], lines: [], end: null },
        { buckets: [second], lines: [], end: null },
        { buckets: [], lines: [], end: 'early' },
      ]),
    ).toEqual(days.slice(0, 2));
    expect(await answered([{ buckets: [bucket('2026-10-31')], lines: [], end: 'early' }])).toEqual([]);
    expect(await answered([{ buckets: [bucket('2026-11-09')], lines: [], end: 'early' }])).toEqual(days);
    expect(await answered([])).toEqual([]);
  });

  it('adds together what shares a key, over all its pages', async () => {
    const page = (end: CostPage['end'], ...costs: string[]): CostPage => ({
      buckets: [bucket(days[0])],
      lines: costs.map((cost) => line(days[0], 'p', 'x', cost, { organizationId: 'org-1' })),
      end,
    });
    const { lines } = await collectWindow(stream([page(null, '1', '2'), page('complete', '0.5')]), organization, span);
    expect(lines.map(({ cost }) => cost)).toEqual([line(days[0], 'p', 'x', '3.5').cost]);
  });
});
