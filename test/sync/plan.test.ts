import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CollectedDay, Organization } from '../../src/domain/collection.js';
import { addDays, daysBetween, daysOf, endOfDay, parseDay, type Day } from '../../src/domain/day.js';
import { planBackfill, planSync, toWindows } from '../../src/sync/plan.js';

const organization = { keyId: 'key-1', provider: 'openai', organizationId: 'org-1' } as Organization;
const today = parseDay('2026-11-23');

/** Each day read so many days after its end. */
function read(since: string, until: string, daysAfter: (day: Day) => number): CollectedDay[] {
  return daysOf({ since: parseDay(since), until: parseDay(until) }).map((day) => ({
    day,
    readAt: endOfDay(addDays(day, daysAfter(day))),
    rows: 1,
  }));
}

const input = (collected: CollectedDay[], maxDays = 31) => ({
  organizations: [organization],
  collected: new Map([[organization.keyId, collected]]),
  today,
  requestsAWindow: () => 1,
  maxDays: () => maxDays,
});

const daysIn = (plan: ReturnType<typeof planSync>) =>
  plan.organizations.flatMap(({ windows }) => windows.flatMap(daysOf));

describe('planSync', () => {
  it('starts an organization never collected on the first of last month', () => {
    expect(daysIn(planSync(input([])))).toEqual(daysOf({ since: parseDay('2026-10-01'), until: today }));
  });

  it('reads what a sync of yesterday left unsettled: one page', () => {
    const collected = read(
      '2026-01-01',
      '2026-11-22',
      (day) => Math.min(daysBetween(day, today) - 1, 30) - (day === '2026-11-22' ? 1 : 0),
    );
    const plan = planSync(input(collected));
    expect(plan.organizations[0]?.windows).toEqual([{ since: '2026-10-24', until: '2026-11-23' }]);
  });

  it('heals a pause of any length by itself', () => {
    const collected = read('2026-01-01', '2026-06-30', () => 40);
    expect(daysIn(planSync(input(collected)))).toEqual(daysOf({ since: parseDay('2026-07-01'), until: today }));
  });

  it('fills a gap in the middle and leaves settled days alone', () => {
    const collected = [...read('2026-01-01', '2026-03-01', () => 31), ...read('2026-03-05', '2026-11-22', () => 31)];
    const windows = planSync(input(collected)).organizations[0]?.windows;
    expect(windows).toEqual([
      { since: '2026-03-02', until: '2026-03-04' },
      { since: '2026-11-23', until: '2026-11-23' },
    ]);
  });

  it('goes back to where a sync that did not finish set out from: the newest days are read first', () => {
    const collected = read('2026-10-29', '2026-11-22', () => 0);
    const since = (day: string) => ({
      ...input(collected),
      setOutFrom: new Map([[organization.keyId, parseDay(day)]]),
    });
    expect(daysIn(planSync(since('2026-10-01')))).toEqual(daysOf({ since: parseDay('2026-10-01'), until: today }));
    expect(daysIn(planSync(since('2026-11-10')))[0]).toBe('2026-10-29');
    expect(daysIn(planSync(since('2026-10-01'), parseDay('2026-11-01')))[0]).toBe('2026-11-01');
  });

  it('reads no further back than the floor', () => {
    expect(daysIn(planSync(input([]), parseDay('2026-11-20')))).toEqual(
      daysOf({ since: parseDay('2026-11-20'), until: today }),
    );
    expect(daysIn(planSync(input([]), today))).toEqual([today]);
    // Nor further back than the first day of an organization, of which nothing is known before.
    const young = read('2026-11-10', '2026-11-10', () => 1);
    expect(daysIn(planSync(input(young), parseDay('2026-11-01')))[0]).toBe('2026-11-10');
    expect(daysIn(planSync({ ...input([]), collected: new Map() }, today))).toEqual([today]);
  });
});

describe('what a plan says it will ask for', () => {
  const january = { since: parseDay('2026-01-01'), until: parseDay('2026-01-31') };
  const folder = { ...organization, keyId: 'key-2', source: 'path' } as Organization;

  it('is as many requests as its windows take, more where a day is known to hold many rows', () => {
    const requests = (rows: number[], requestsAWindow = 1, maxDays = 31) => {
      const collected = read('2025-12-01', '2025-12-02', () => 40).map((each, index) => ({
        ...each,
        rows: rows[index] ?? 0,
      }));
      const known = { ...input(collected, maxDays), requestsAWindow: () => requestsAWindow };
      return planBackfill(known, january, false).organizations[0]?.requests;
    };
    expect(requests([])).toBe(1);
    expect(requests([], 3)).toBe(3);
    expect(requests([], 1, 10)).toBe(4);
    expect(requests([1_000, 10])).toBe(7);
    expect(requests([10, 1_000], 2)).toBe(14);
  });

  it('begins with the first day that is read, and with what was asked where nothing is', () => {
    const early = read('2026-01-15', '2026-01-15', () => 1);
    const sync = (collected: CollectedDay[], floor: Day | null = null) => planSync(input(collected), floor);
    expect(sync(early)).toMatchObject({
      ...{ command: 'sync', basis: 'billed', span: { since: '2026-01-15', until: today } },
      deliveries: { since: '1970-01-01', until: today },
    });
    const floor = parseDay('2026-11-01');
    expect(sync(early, floor)).toMatchObject({ span: { since: floor, until: today }, deliveries: { since: floor } });
    const nobody = { ...input([]), organizations: [] };
    expect(planSync(nobody)).toMatchObject({ span: { since: today, until: today }, organizations: [] });
    const settled = read('2026-01-01', '2026-01-31', () => 30);
    const plan = planBackfill({ ...input(settled), basis: 'usage' }, january, false);
    expect(plan).toMatchObject({ command: 'backfill', basis: 'usage', span: january, deliveries: january });
    expect(plan.organizations).toMatchObject([{ organization, windows: [], requests: 0 }]);
  });

  it('reads a folder at once, from its first day to its last, and never for usage, which no file has', () => {
    const inAFolder = (collected: CollectedDay[], basis: 'billed' | 'usage' = 'billed') => {
      const known = {
        ...input([], 7),
        organizations: [folder],
        collected: new Map([[folder.keyId, collected]]),
        basis,
      };
      return planBackfill(known, january, false).organizations[0]?.windows;
    };
    expect(inAFolder([])).toEqual([january]);
    expect(inAFolder([], 'usage')).toEqual([]);
    expect(inAFolder(read('2026-01-01', '2026-01-31', () => 30))).toEqual([]);
    const ends = [...read('2026-01-01', '2026-01-02', () => 30), ...read('2026-01-05', '2026-01-20', () => 30)];
    expect(inAFolder(ends)).toEqual([{ since: '2026-01-03', until: '2026-01-31' }]);
  });

  it('has the reports that are still due of days whose bills are not read, those that miss the same ones together', () => {
    const due = new Map<string, CollectedDay['reportsDue']>([
      ['2026-01-05', ['analytics']],
      ['2026-01-06', ['analytics']],
      ['2026-01-07', ['product']],
      ['2026-01-09', ['analytics', 'product']],
    ]);
    const collected = read('2026-01-01', '2026-01-31', () => 40).map((each) => ({
      ...each,
      reportsDue: due.get(each.day) ?? [],
    }));
    const [plan] = planBackfill(input(collected), january, false).organizations;
    expect(plan).toMatchObject({
      ...{ windows: [], requests: 4 },
      reports: [
        { since: '2026-01-05', until: '2026-01-06', sources: ['analytics'] },
        { since: '2026-01-07', until: '2026-01-07', sources: ['product'] },
        { since: '2026-01-09', until: '2026-01-09', sources: ['analytics', 'product'] },
      ],
    });
    expect(planBackfill(input(collected), january, true).organizations).toMatchObject([{ reports: [], requests: 1 }]);
    const none = read('2026-01-01', '2026-01-31', () => 40);
    expect(planBackfill(input(none), january, false).organizations).toMatchObject([{ reports: [], requests: 0 }]);
  });

  it('begins with the first day that the provider still tells, which is said where earlier ones were wanted', () => {
    const plan = (day: string) =>
      planBackfill({ ...input([]), firstDay: () => parseDay(day) }, january, false).organizations[0];
    expect(plan('2026-01-15')).toMatchObject({
      windows: [{ since: '2026-01-15', until: '2026-01-31' }],
      reachesBackTo: '2026-01-15',
    });
    expect(plan('2026-01-01')).not.toHaveProperty('reachesBackTo');
    const [unknown] = planBackfill({ ...input([]), collected: new Map() }, january, false).organizations;
    expect(unknown).toEqual({ organization, windows: [january], reports: [], requests: 1 });
  });

  it('has no usage of a bill that is another report than the usual', () => {
    const other = { ...organization, billSource: 'report' } as Organization;
    const windows = (basis: 'billed' | 'usage') =>
      planBackfill({ ...input([]), organizations: [other], basis }, january, false).organizations[0]?.windows;
    expect([windows('billed'), windows('usage')]).toEqual([[january], []]);
  });

  it('leaves days that were adopted to a backfill once they cannot change any more', () => {
    const adopted = daysOf({ since: parseDay('2026-10-20'), until: parseDay('2026-10-27') }).map((day) => ({
      ...{ day, readAt: null, rows: 3, isAdopted: true },
    }));
    const days = daysIn(planSync(input(adopted)));
    expect([days[0], days.at(-1)]).toEqual(['2026-10-25', today]);
    const span = { since: parseDay('2026-10-20'), until: parseDay('2026-10-27') };
    expect(daysIn(planBackfill(input(adopted), span, false))).toEqual(daysOf(span));
  });
});

describe('planBackfill', () => {
  const span = { since: parseDay('2026-01-01'), until: parseDay('2026-01-31') };

  it('skips settled days', () => {
    const collected = read('2026-01-01', '2026-01-30', () => 30);
    expect(daysIn(planBackfill(input(collected), span, false))).toEqual(['2026-01-31']);
  });

  it('reads provisional and open days again', () => {
    const collected = read('2026-01-01', '2026-01-31', (day) => (day === '2026-01-10' ? 29 : 30));
    expect(daysIn(planBackfill(input(collected), span, false))).toEqual(['2026-01-10']);
  });

  it('reads all of them when forced', () => {
    const collected = read('2026-01-01', '2026-01-31', () => 30);
    expect(daysIn(planBackfill(input(collected), span, true))).toEqual(daysOf(span));
  });
});

describe('toWindows', () => {
  it('covers each day once, in order, in windows of at most the longest span', () => {
    const days = fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 31 }), (offsets, maxDays) => {
        const asked = offsets.sort((a, b) => a - b).map((offset) => addDays(parseDay('2025-11-01'), offset));
        const windows = toWindows(asked, maxDays);
        expect(windows.flatMap(daysOf)).toEqual(asked);
        for (const { since, until } of windows) expect(daysBetween(since, until)).toBeLessThan(maxDays);
      }),
    );
  });

  it('leaves no single day behind where days can be shared evenly', () => {
    const windows = toWindows(daysOf({ since: parseDay('2026-01-01'), until: parseDay('2026-02-01') }), 31);
    expect(windows.map(({ since, until }) => daysBetween(since, until) + 1)).toEqual([16, 16]);
  });
});

describe('after runs that a limit of requests ended', () => {
  const since = new Date('2026-11-23T09:00:00Z');
  const at = (day: Day, readAt: string): CollectedDay => ({ day, readAt: new Date(readAt), rows: 1 });
  const [first, second, third] = ['2026-11-20', '2026-11-21', '2026-11-22'].map(parseDay) as [Day, Day, Day];
  const resumed = (collected: CollectedDay[]) => ({
    ...input(collected),
    resumedSince: new Map([[organization.keyId, since]]),
  });

  it('what they read whole is not asked for again, forced or not; what was read before them is', () => {
    const collected = [at(first, '2026-11-23T08:59:59Z'), at(second, '2026-11-23T09:00:00Z')];
    const span = { since: first, until: third };
    for (const force of [false, true])
      expect(daysIn(planBackfill(resumed(collected), span, force))).toEqual([first, third]);
    expect(daysIn(planBackfill(input(collected), span, true))).toEqual([first, second, third]);
    expect(planSync(resumed(collected)).organizations).toMatchObject([{ resumedSince: since }]);
  });

  it('a day that goes on is', () => {
    expect(daysIn(planSync(resumed([at(today, '2026-11-23T10:00:00Z')])))).toEqual([today]);
  });
});
