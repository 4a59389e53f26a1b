import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { addDays, parseDay, toDay } from '../../../src/domain/day.js';
import { formatDecimal, parseDecimal, type Decimal } from '../../../src/domain/decimal.js';
import { groupKey } from '../../../src/domain/dimensions.js';
import type { Report, ReportQuery } from '../../../src/domain/report.js';
import { addRow, editRows } from '../../../src/emulator/edits.js';
import { generateWorld } from '../../../src/emulator/generate.js';
import { createRandom } from '../../../src/emulator/random.js';
import { worldRow } from '../../../src/emulator/world.js';
import { useCollector } from '../../helpers/collector.js';
import { STORY_KINDS, useTestDatabase } from '../../helpers/database.js';
import { openEmulator } from '../../helpers/emulator.js';
import { registerOrganization } from '../../helpers/organization.js';
import { line } from '../../helpers/lines.js';
import { bill, fillProjects, markRead, TEAM } from '../../helpers/spend.js';
import { createStore } from '../../../src/store/store.js';

const STEPS = 6;
const today = toDay(new Date());
const first = addDays(today, -8);

/** Figures alone, in an order that does not depend on ties. */
function figures({ rows, totals }: Report) {
  const known = rows.map((row) => `${groupKey(row)} ${row.cost ?? 'unknown'}`);
  return { rows: known.sort(), totals };
}

describe.each(STORY_KINDS)('what was known of days at an instant, on %s', (kind) => {
  const hours = (day: string, hour: number) => new Date(`${day}T${`${hour}`.padStart(2, '0')}:00:00Z`);
  const span = { since: parseDay('2026-11-01'), until: parseDay('2026-11-05') };

  it('has no gaps where days had not begun, and days are open that no read had seen whole', async () => {
    const { database } = await useTestDatabase(kind);
    await fillProjects(database.prisma);
    await markRead(database.prisma, ['openai', 'org-1'], ['2026-11-02'], hours('2026-11-03', 1));
    // Asked for before midnight and stored after it; read whole only later.
    await markRead(database.prisma, ['openai', 'org-1'], ['2026-11-01'], hours('2026-11-02', 1));
    await database.prisma.collectedDay.updateMany({
      where: { day: hours('2026-11-01', 0) },
      data: { readAt: hours('2026-11-05', 1), firstClosedReadAt: hours('2026-11-05', 1) },
    });
    await markRead(database.prisma, ['openai', 'org-1'], ['2026-11-03'], hours('2026-11-04', 6));
    const query = { teamId: TEAM, organizationId: 'org-1', ...span, groupBy: [], basis: 'billed' } as const;
    const reports = createStore(database).reports;
    const { coverage } = await reports.run({ ...query, asOf: hours('2026-11-03', 12) }, parseDay('2026-11-23'));
    const days = (spans: typeof coverage.gaps) => spans.map(({ since, until }) => [since, until]);
    expect(days(coverage.gaps)).toEqual([['2026-11-03', '2026-11-03']]);
    expect(days(coverage.halfRead)).toEqual([['2026-11-01', '2026-11-01']]);
    expect(days(coverage.provisional)).toEqual([['2026-11-02', '2026-11-02']]);
  });

  it('tells what was read first since then by whether the day had ended, each organization by its own reads', async () => {
    const { database } = await useTestDatabase(kind);
    const { prisma } = database;
    await fillProjects(prisma);
    const day = parseDay('2026-11-02');
    await bill(prisma, 'search', day, '5');
    await bill(prisma, 'labs', day, '7');
    await markRead(prisma, ['openai', 'org-1'], [day], hours('2026-11-03', 1));
    await markRead(prisma, ['openai', 'org-2'], [day], hours('2026-11-05', 1));
    const entry = (cause: 'provider' | 'regrouped' | 'open', oldCost: string, newCost: string) => ({
      projectId: 'search',
      apiVersion: 'costs_v1' as const,
      bucketStartTime: hours(day, 0),
      bucketEndTime: hours('2026-11-03', 0),
      lineItem: 'gpt-5, input',
      currency: 'USD',
      oldCost,
      newCost,
      cause,
      runId: 'run-2',
      recordedAt: hours('2026-11-05', 2),
    });
    await prisma.restatement.createMany({
      data: [entry('provider', '4', '5'), entry('regrouped', '5', '5'), entry('open', '3', '4')],
    });
    const { reports } = createStore(database);
    const query: ReportQuery = { teamId: TEAM, ...span, groupBy: ['project'], basis: 'billed' };
    const changesSince = async (instant: Date) =>
      (await reports.changes(query, instant))
        .map(({ projectId, cause, difference }) => `${projectId ?? ''} ${cause} ${difference}`)
        .sort();
    expect(await changesSince(hours('2026-11-04', 12))).toEqual([
      'labs gap-filled 7',
      'search open 1',
      'search provider 1',
      'search regrouped 0',
    ]);
    // At noon of the day itself nobody could have read it whole; what it said first is told apart from what changed after.
    expect(await changesSince(hours(day, 12))).toEqual([
      'labs new 7',
      'search new 3',
      'search open 1',
      'search provider 1',
      'search regrouped 0',
    ]);
    expect(await reports.restated(query)).toMatchObject([{ cause: 'provider', rows: 1, difference: '1' }]);
    const byItem = await reports.changes({ ...query, groupBy: ['line-item', 'model'] }, hours('2026-11-04', 12));
    expect(byItem.map(({ lineItem, model, difference }) => [lineItem, model, difference])).toEqual(
      ['7', '1', '1', '0'].map((difference) => ['gpt-5, input', null, difference]),
    );
  });

  it('has bills of the days that were read by then: of each organization by its own reads, and to the end of the span', async () => {
    const { database } = await useTestDatabase(kind);
    const { prisma } = database;
    await fillProjects(prisma);
    const day = parseDay('2026-11-02');
    // Another provider's organization may have the same id.
    const source = { aiProvider: 'anthropic', aiOrganizationId: 'org-1', aiProjectId: 'wrkspc_1' };
    await prisma.project.create({ data: { id: 'twin', teamId: TEAM, name: 'Twin', ...source } });
    for (const [project, cost] of [
      ['search', '5'],
      ['labs', '7'],
      ['twin', '11'],
    ] as const)
      await bill(prisma, project, day, cost);
    await bill(prisma, 'search', addDays(day, 1), '13');
    await bill(prisma, 'search', addDays(day, 2), '17');
    await markRead(prisma, ['openai', 'org-1'], [day, addDays(day, 1)], hours('2026-11-03', 1));
    await markRead(prisma, ['openai', 'org-2'], [day], hours('2026-11-20', 1));
    // Usage of a day says nothing of its bills.
    await prisma.collectedDay.updateMany({ where: { aiOrganizationId: 'org-2' }, data: { apiVersion: 'usage_v1' } });
    await prisma.collectedDay.updateMany({
      where: { apiVersion: 'usage_v1' },
      data: { firstReadAt: hours('2026-11-03', 1) },
    });
    const change = (back: string, oldCost: string) => ({
      ...{
        projectId: 'search',
        apiVersion: 'costs_v1' as const,
        currency: 'USD',
        cause: 'provider' as const,
        runId: 'r',
      },
      ...{ bucketStartTime: hours(back, 0), bucketEndTime: hours(addDays(parseDay(back), 1), 0) },
      ...{ lineItem: 'gpt-5, input', oldCost, newCost: '1', recordedAt: hours('2026-11-20', 2) },
    });
    await prisma.restatement.createMany({ data: [change(day, '4'), change('2026-11-03', '12')] });
    const { reports } = createStore(database);
    const costs = async (asOf: Date) => {
      const query: ReportQuery = { teamId: TEAM, since: day, until: day, groupBy: ['project'], basis: 'billed', asOf };
      const { rows } = await reports.run(query, parseDay('2026-11-23'));
      return rows.map(({ projectId, cost }) => `${projectId ?? ''} ${cost ?? ''}`);
    };
    expect(await costs(hours('2026-11-10', 0))).toEqual(['search 4']);
    expect(await costs(hours('2026-11-21', 0))).toEqual(['search 5']);
    const both = { since: day, until: addDays(day, 1), groupBy: ['model', 'line-item'], basis: 'billed' } as const;
    const asOf = hours('2026-11-10', 0);
    const { rows } = await reports.run({ teamId: TEAM, ...both, asOf }, parseDay('2026-11-23'));
    expect(rows).toMatchObject([{ model: null, lineItem: 'gpt-5, input', cost: '16' }]);
  });

  it('counts a day that is read again since as read when it was first read whole, from that instant on', async () => {
    const { database } = await useTestDatabase(kind);
    const { prisma } = database;
    await fillProjects(prisma);
    const day = parseDay('2026-11-02');
    const whole = hours('2026-11-04', 1);
    await markRead(prisma, ['openai', 'org-1'], [day], hours('2026-11-20', 1));
    await prisma.collectedDay.updateMany({ data: { firstReadAt: hours(day, 10), firstClosedReadAt: whole } });
    const { reports } = createStore(database);
    const stateAt = async (asOf: Date) => {
      const query = { teamId: TEAM, organizationId: 'org-1', since: day, until: day, groupBy: [], asOf } as const;
      const { coverage } = await reports.run({ ...query, basis: 'billed' }, parseDay('2026-11-23'));
      const states = ['gaps', 'halfRead', 'open', 'provisional'] as const;
      return states.filter((state) => coverage[state].length > 0);
    };
    expect(await stateAt(hours(day, 9))).toEqual(['gaps']);
    expect(await stateAt(new Date(whole.getTime() - 1))).toEqual(['halfRead']);
    expect(await stateAt(whole)).toEqual(['provisional']);
    expect(await stateAt(hours('2026-11-21', 0))).toEqual(['provisional']);
  });

  it('has a day from the moment it is stored, not from the moment it was asked for', async () => {
    const { database } = await useTestDatabase(kind);
    const { prisma } = database;
    await prisma.team.create({ data: { id: TEAM, name: 'acme' } });
    await registerOrganization(prisma, 'openai', 'org-1');
    const { collection, reports } = createStore(database);
    const requestedAt = await collection.clock();
    await wait(20);
    const between = await collection.clock();
    await wait(5);
    const day = addDays(today, -1);
    await collection.writeWindow({
      provider: 'openai',
      organizationId: 'org-1',
      organizationName: 'Prod',
      teamId: TEAM,
      runId: 'run-1',
      lease: null,
      days: [day],
      requestedAt,
      lines: [line(day, 'proj_1', 'gpt-5, input', '3')],
      projects: new Map(),
      acceptRestatement: false,
      forced: false,
    });
    const query = { teamId: TEAM, since: day, until: day, groupBy: ['project'], basis: 'billed' } as const;
    expect((await reports.run({ ...query, asOf: between }, today)).rows).toEqual([]);
    expect((await reports.run(query, today)).rows).toHaveLength(1);
    expect(await reports.changes(query, between)).toMatchObject([{ cause: 'gap-filled', difference: '3' }]);
  });
});

describe('a report as of an instant', () => {
  it('keeps its figures when rows move between projects, under the project they belong to now', async () => {
    const { database } = await useTestDatabase('postgresql');
    const world = generateWorld({
      seed: 5,
      until: today,
      days: 4,
      organizations: [{ provider: 'openai', id: 'org-1', projects: 1, lineItems: 2 }],
    });
    const emulator = await openEmulator({ world, now: () => new Date() });
    const { store, collect } = await useCollector(database, emulator);
    const span = { since: addDays(today, -3), until: today };
    const query: ReportQuery = { teamId: 'team-1', ...span, basis: 'billed', groupBy: ['line-item', 'day'] };
    await collect(span);
    await wait(5);
    const at = await store.collection.clock();
    const report = await store.reports.run(query, today);
    await wait(5);
    for (const organization of world.organizations)
      editRows(organization, addDays(today, -1), (row) => ({ ...row, amount: '41.75' }));
    await collect(span, { acceptRestatement: true });

    const providerProjectId = world.organizations[0]?.projects[0]?.id ?? '';
    const triple = { provider: 'openai', organizationId: 'org-1', providerProjectId } as const;
    const ours = await database.prisma.project.create({ data: { id: 'ours', teamId: 'team-1', name: 'Ours' } });
    const target = (await store.projects.list('team-1')).find(({ id }) => id === ours.id) ?? null;
    const { project: linked } = await store.projects.link(triple, { teamId: 'team-1', name: 'Ours', project: target });
    expect(linked.id).toBe('ours');
    const then = { ...query, asOf: at };
    expect(figures(await store.reports.run(then, today))).toEqual(figures(report));
    const byProject = await store.reports.run({ ...then, groupBy: ['project'] }, today);
    expect(byProject.rows.map(({ project }) => project)).toContain('Ours');

    await store.projects.unlink('team-1', linked);
    expect(figures(await store.reports.run(then, today))).toEqual(figures(report));
  });
});

describe.each(STORY_KINDS)('a report as of an instant, on %s', (kind) => {
  it.each([3, 17])('is the report as it was then, and the changes lead from it to today (%d)', async (seed) => {
    const random = createRandom(seed);
    const world = generateWorld({
      seed,
      until: today,
      days: 9,
      organizations: [
        { provider: 'openai', id: 'org-1', projects: 2, lineItems: 3 },
        { provider: 'anthropic', id: 'ant-1', projects: 2, lineItems: 2 },
      ],
    });
    const emulator = await openEmulator({ world, now: () => new Date() });
    const { database } = await useTestDatabase(kind);
    const { store, collect } = await useCollector(database, emulator);
    const query: ReportQuery = {
      teamId: 'team-1',
      since: first,
      until: today,
      basis: 'billed',
      groupBy: ['project', 'line-item', 'day'],
    };

    const snapshots: { at: Date; report: Report }[] = [];
    const remember = async () => {
      await wait(5);
      snapshots.push({ at: await store.collection.clock(), report: await store.reports.run(query, today) });
      await wait(5);
    };
    await remember();
    for (let step = 0; step < STEPS; step += 1) {
      for (const organization of world.organizations) {
        for (let back = 0; back < 9; back += 1) {
          const day = addDays(today, -back);
          editRows(organization, day, (row) => {
            const draw = random();
            if (draw < 0.08) return null;
            return draw < 0.3 ? { ...row, amount: `${Math.round(draw * 1e6)}.${step}1` } : row;
          });
          if (random() < 0.3)
            addRow(organization, day, worldRow({ amount: `${step + 1}.25`, lineItem: `late ${step}` }));
        }
      }
      // Sometimes all days, sometimes some of them: the others are read for the first time later, or stay as they were.
      const since = addDays(today, -(step === 0 ? 3 : Math.floor(random() * 9)));
      const until = random() < 0.7 ? today : addDays(today, -1);
      await collect(
        { since: since < until ? since : until, until },
        { acceptRestatement: true, forced: step % 2 === 0 },
      );
      await remember();
    }

    const now = await store.reports.run(query, today);
    for (const { at, report } of snapshots) {
      const then = await store.reports.run({ ...query, asOf: at }, today);
      expect(figures(then)).toEqual(figures(report));
      expect(then.asOf).toBe(at.toISOString());
      expect(then.coverage.gaps).toEqual(report.coverage.gaps);
      expect(then.coverage.open).toEqual(report.coverage.open);

      const sums = new Map<string, bigint>();
      const add = (key: string, amount: string, sign: bigint) =>
        sums.set(key, (sums.get(key) ?? 0n) + sign * parseDecimal(amount));
      for (const row of now.rows) add(groupKey(row), row.cost ?? '0', 1n);
      for (const row of report.rows) add(groupKey(row), row.cost ?? '0', -1n);
      for (const row of await store.reports.changes(query, at)) add(groupKey(row), row.difference, -1n);
      const left = [...sums]
        .filter(([, sum]) => sum !== 0n)
        .map(([key, sum]) => `${key} ${formatDecimal(sum as Decimal)}`);
      expect(left).toEqual([]);
    }
  });
});
