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

  it('reads no further back than the floor', () => {
    expect(daysIn(planSync(input([]), parseDay('2026-11-20')))).toEqual(
      daysOf({ since: parseDay('2026-11-20'), until: today }),
    );
    expect(daysIn(planSync(input([]), today))).toEqual([today]);
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
  });

  it('a day that goes on is', () => {
    expect(daysIn(planSync(resumed([at(today, '2026-11-23T10:00:00Z')])))).toEqual([today]);
  });
});
