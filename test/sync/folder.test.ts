import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Organization } from '../../src/domain/collection.js';
import { daysOf, endOfMonthOf, parseDay, type DaySpan } from '../../src/domain/day.js';
import { lastDayOf, type Delivered, type FocusFiles, type FocusPeriod } from '../../src/domain/focus-import.js';
import { createStore } from '../../src/store/store.js';
import type { SyncEvent } from '../../src/sync/events.js';
import { planBackfill, planSync } from '../../src/sync/plan.js';
import { runSync } from '../../src/sync/run.js';
import { verifySpan } from '../../src/sync/verify.js';
import type { FolderReader, SyncDependencies } from '../../src/sync/work.js';
import { createTestDatabase, STORY_KINDS, type TestDatabase } from '../helpers/database.js';
import { line } from '../helpers/lines.js';
import { registerOrganization } from '../helpers/organization.js';

const TODAY = parseDay('2026-11-23');
const ACCOUNT = { provider: 'aws', organizationId: 'payer-1', teamId: 'team-1', name: 'Payer' } as const;
const ORGANIZATION = { ...ACCOUNT, keyId: 'key-1', source: 'path', isActive: true } as Organization;
const SUMMER = { since: parseDay('2026-08-01'), until: parseDay('2026-09-30') };

const delivery = (month: string | null, at: string): Delivered => ({
  export: 'daily',
  month,
  deliveredAt: new Date(at),
});

/** What a delivery says of its month: amounts by day, of an account. */
function period(
  { delivered, account = 'payer-1' }: { delivered: Delivered; account?: string },
  amounts: Record<string, string>,
): FocusPeriod {
  const since = parseDay(`${delivered.month ?? ''}-01`);
  const lines = Object.entries(amounts).map(([day, cost]) => line(day, 'sub-1', 'Amazon Bedrock', cost));
  const head = { provider: 'aws', account, accountName: null, delivery: delivered } as const;
  return {
    ...head,
    since,
    until: endOfMonthOf(since),
    lastDay: lastDayOf(delivered, since),
    rows: lines.length,
    lines,
  };
}

const files = (periods: FocusPeriod[], more: Partial<FocusFiles> = {}): FocusFiles => ({
  ...{ files: 1, rows: 1, leftOut: [], unknownColumns: [], unlistedFolders: [], others: [] },
  ...{ periods, deliveries: periods.map((each) => each.delivery) },
  ...more,
});

describe.each(STORY_KINDS)('a folder of deliveries, on %s,', (kind) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase(kind);
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    const { prisma } = test.database;
    await prisma.$executeRaw`TRUNCATE teams, organizations CASCADE`;
    await prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
    await registerOrganization(prisma, 'aws', 'payer-1');
  });

  const stored = async () => {
    const rows = await test.database.prisma.$queryRaw<{ text: string }[]>`
      SELECT to_char(bucket_start_time, 'MM-DD') || ' ' || trim_scale(cost) AS text FROM cost_data ORDER BY 1`;
    return rows.map(({ text }) => text);
  };

  let runs = 0;
  /** Syncs, or reads a span again, what a folder holds. */
  async function run(
    folder: FolderReader,
    { span, forced = false, signal }: { span?: DaySpan; forced?: boolean; signal?: AbortSignal } = {},
  ) {
    const store = createStore(test.database);
    const collected = await store.collection.collectedDays(ORGANIZATION);
    const input = {
      ...{ organizations: [ORGANIZATION], collected: new Map([['key-1', collected]]), today: TODAY },
      ...{ maxDays: () => 31, requestsAWindow: () => 0 },
    };
    const events: SyncEvent[] = [];
    const dependencies: SyncDependencies = {
      ...{
        store: store.collection,
        leases: store.leases,
        folder,
        deadline: null,
        children: [],
        isRegistered: () => true,
      },
      provider: () => Promise.reject(new Error('no provider')),
      adminKey: () => Promise.reject(new Error('no key')),
      now: () => new Date(),
      signal: signal ?? new AbortController().signal,
      onEvent: (event) => events.push(event),
    };
    const options = {
      ...{ runId: `run-${(runs += 1)}`, teamId: 'team-1', version: '0', acceptRestatement: false, forced, waitMs: 0 },
      plannedAt: await store.collection.clock(),
    };
    const plan = span === undefined ? planSync(input) : planBackfill(input, span, forced);
    const { organizations } = await runSync(plan, options, dependencies);
    return { result: organizations[0], events };
  }

  const verify = (folder: FolderReader, span: DaySpan) => {
    const { collection } = createStore(test.database);
    const unused = { provider: () => Promise.reject(new Error()), adminKey: () => Promise.reject(new Error()) };
    const dependencies = { ...unused, folder, store: collection, signal: new AbortController().signal };
    return verifySpan([ORGANIZATION], span, dependencies);
  };

  const AUGUST = delivery('2026-08', '2026-09-03T00:00:00Z');
  const SEPTEMBER = delivery('2026-09', '2026-10-02T00:00:00Z');
  const summer = () =>
    Promise.resolve(
      files([
        period({ delivered: SEPTEMBER }, { '2026-09-30': '2.25' }),
        period({ delivered: AUGUST }, { '2026-08-04': '1.5', '2026-08-31': '0.25' }),
      ]),
    );

  it('is asked for what is news: another delivery than was read, one without a month, or all when forced', async () => {
    const asked: [string | null, boolean][] = [];
    const ask: FolderReader = async (_, { isDue }) => {
      for (const each of [
        AUGUST,
        delivery('2026-08', '2026-09-02T23:59:59Z'),
        delivery('2026-08', '2026-09-03T00:00:01Z'),
        delivery('2026-07', '2026-08-03T00:00:00Z'),
        delivery(null, '2026-01-01T00:00:00Z'),
        delivery('2026-09', '2036-01-01T00:00:00Z'),
      ])
        asked.push([each.month, isDue(each)]);
      return summer();
    };
    await run(ask);
    expect(asked.map(([, isDue]) => isDue)).toEqual([true, true, true, true, true, true]);
    asked.length = 0;
    await run(ask);
    expect(asked.map(([, isDue]) => isDue)).toEqual([false, false, true, true, true, true]);
    asked.length = 0;
    await run(ask, { span: SUMMER, forced: true });
    expect(asked.map(([, isDue]) => isDue)).toEqual([true, true, true, true, true, true]);
  });

  it('is asked for again where other services are wanted of it than were read', async () => {
    await run(summer);
    const scope = JSON.stringify({ only: 'all', services: [], projectBy: 'sub-account' });
    await test.database.prisma.$executeRaw`UPDATE organizations SET scope = ${scope}`;
    const asked: boolean[] = [];
    const ask: FolderReader = async (_, { isDue, only }) => {
      expect(only).toBe('all');
      asked.push(isDue(AUGUST), isDue(SEPTEMBER));
      return summer();
    };
    await run(ask);
    await run(ask);
    expect(asked).toEqual([true, true, false, false]);
  });

  it('is stored a month at a time, the oldest first, through the day of its delivery', async () => {
    const open = delivery('2026-10', '2026-10-05T07:00:00Z');
    const { result, events } = await run(async () => {
      const { periods } = await summer();
      return files([...periods, period({ delivered: open }, { '2026-10-02': '4' })], { unknownColumns: ['x_Moons'] });
    });
    expect(result).toMatchObject({
      ...{ status: 'ok', rows: 4, inserted: 4, days: 31 + 30 + 5, totals: [{ currency: 'USD', cost: '8' }] },
      drift: [{ path: 'x_Moons', value: '' }],
    });
    const done = events.flatMap((event) => (event.type === 'window-done' ? [[event.window.since, event.rows]] : []));
    expect(done).toEqual([
      ['2026-08-01', 2],
      ['2026-09-01', 1],
      ['2026-10-01', 1],
    ]);
    expect(await stored()).toEqual(['08-04 1.5', '08-31 0.25', '09-30 2.25', '10-02 4']);
  });

  it('loses a charge of a day to come which a newer delivery of the month no longer has', async () => {
    const until = (at: string, last: string, amounts: Record<string, string>) => () =>
      Promise.resolve(files([{ ...period({ delivered: delivery('2026-11', at) }, amounts), lastDay: parseDay(last) }]));
    await run(until('2026-11-10T07:00:00Z', '2026-11-30', { '2026-11-02': '4', '2026-11-30': '70' }));
    expect(await stored()).toEqual(['11-02 4', '11-30 70']);
    await run(until('2026-11-11T07:00:00Z', '2026-11-11', { '2026-11-02': '4' }));
    expect(await stored()).toEqual(['11-02 4']);
  });

  it('is read for the months of a backfill alone, the first and the last day of it included', async () => {
    const span = (since: string, until: string) => ({ since: parseDay(since), until: parseDay(until) });
    await run(summer, { span: span('2026-07-01', '2026-07-31') });
    expect(await stored()).toEqual([]);
    await run(summer, { span: span('2026-10-01', '2026-10-31') });
    expect(await stored()).toEqual([]);
    await run(summer, { span: span('2026-09-30', '2026-10-31') });
    expect(await stored()).toEqual(['09-30 2.25']);
    await run(summer, { span: span('2026-07-01', '2026-08-01') });
    expect(await stored()).toEqual(['08-04 1.5', '08-31 0.25', '09-30 2.25']);
  });

  it('fails the months that cannot be written, and stores the others', async () => {
    await run(summer);
    const fewer = async () => {
      const { periods } = await summer();
      const later = delivery('2026-08', '2026-09-09T00:00:00Z');
      const lost = period({ delivered: later }, { '2026-08-31': '0.25' });
      return files([lost, ...periods.filter(({ delivery: of }) => of === SEPTEMBER)]);
    };
    const { result, events } = await run(fewer);
    const august = { since: '2026-08-01', until: '2026-08-31' };
    expect(result).toMatchObject({ status: 'failed', error: { code: 'shrink', windows: [august] }, unchanged: 1 });
    expect(events).toContainEqual(expect.objectContaining({ type: 'window-failed', window: august }));
    expect(await stored()).toEqual(['08-04 1.5', '08-31 0.25', '09-30 2.25']);
  });

  it('that no longer has an account of its export in a month empties that month, of this account alone', async () => {
    await run(summer);
    const moved = (name: string) => async () => {
      const later = { ...delivery('2026-09', '2026-10-09T00:00:00Z'), export: name };
      const other = period({ delivered: later, account: 'payer-2' }, { '2026-09-30': '9' });
      return Promise.resolve(files([], { deliveries: [other.delivery], periods: [] }));
    };
    const { result: another } = await run(moved('hourly'));
    expect(another).toMatchObject({ status: 'skipped', deleted: 0 });
    const { result } = await run(moved('daily'));
    // Its day held money and is settled: that it is gone is for a person to accept.
    expect(result).toMatchObject({ status: 'failed', error: { code: 'shrink' } });
    expect(result?.error?.windows).toEqual([{ since: '2026-09-01', until: '2026-09-30' }]);
    const { result: nameless } = await run(() =>
      Promise.resolve(files([], { deliveries: [delivery(null, '2026-10-09')] })),
    );
    expect(nameless).toMatchObject({ status: 'skipped' });
  });

  it('is left where the run is interrupted', async () => {
    const interrupt = new AbortController();
    const interrupted = run(
      () => {
        interrupt.abort();
        return summer();
      },
      { signal: interrupt.signal },
    );
    await expect(interrupted).rejects.toMatchObject({ code: 'interrupted' });
    expect(await stored()).toEqual([]);
  });

  describe('verified against what is stored', () => {
    it('is asked for the months in question, and equals what was read of it', async () => {
      await run(summer);
      const asked: boolean[] = [];
      const { organizations } = await verify(
        (_, { isDue }) => {
          for (const month of ['2026-07', '2026-08', '2026-09', null]) asked.push(isDue(delivery(month, '2026-01-01')));
          return summer();
        },
        { since: parseDay('2026-08-30'), until: parseDay('2026-08-31') },
      );
      expect(asked).toEqual([false, true, false, true]);
      expect(organizations).toMatchObject([{ status: 'ok', days: 2, equal: 2, notCompared: [], findings: [] }]);
    });

    it('tells a newer delivery from files that say something else than was read, and days it has not', async () => {
      await run(summer);
      const [changed, late] = [{ '2026-08-04': '1.5', '2026-08-31': '0.75' }, '2026-11-01T00:00:00Z'];
      const told = async (delivered: Delivered) => {
        const folder = () => Promise.resolve(files([period({ delivered }, changed)]));
        return (await verify(folder, SUMMER)).organizations[0];
      };
      const september = { since: '2026-09-01', until: '2026-09-30', reason: 'not in its folder' };
      const restated = { day: '2026-08-31', currency: 'USD', stored: '0.25', provider: '0.75', difference: '0.5' };
      expect(await told(delivery('2026-08', late))).toMatchObject({
        ...{ days: 31, equal: 30, restated: [restated], findings: [], notCompared: [september] },
      });
      expect(await told(AUGUST)).toMatchObject({
        ...{ days: 31, equal: 30, restated: [] },
        findings: [{ day: '2026-08-31', hint: 'costs backfill --since 2026-08-31 --until 2026-08-31 --force' }],
      });
    });

    it('is equal where it differs by its own rounding, which is told', async () => {
      await run(summer);
      const rounded = { '2026-08-04': '1.5000001', '2026-08-31': '0.25' };
      const folder = () => Promise.resolve(files([period({ delivered: AUGUST }, rounded)]));
      const { organizations } = await verify(folder, { ...SUMMER, until: endOfMonthOf(SUMMER.since) });
      const rounding = [{ day: '2026-08-04', difference: '0.0000001' }];
      expect(organizations).toMatchObject([{ days: 31, equal: daysOf(SUMMER).length - 30, rounding, findings: [] }]);
    });
  });
});
