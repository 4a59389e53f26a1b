import { describe, expect, inject, it } from 'vitest';
import { addDays, daysBetween, daysOf, parseDay, type Day } from '../../src/domain/day.js';
import { parseDecimal, sum, ZERO, type Decimal } from '../../src/domain/decimal.js';
import { findOrganizationSpikes } from '../../src/domain/organization-spikes.js';
import { findRises } from '../../src/domain/rises.js';
import { excessOf, findSpikes, isWorth, LEAST_EXCESS, type DailySeries } from '../../src/domain/spikes.js';

const FIRST = parseDay('2026-01-05');
/** A quarter is known before the first morning. */
const MORNINGS = { since: addDays(FIRST, 100), until: addDays(FIRST, 282) };
const ALL = daysOf({ since: FIRST, until: MORNINGS.until });
const PLANTED = addDays(FIRST, 180);

/** Numbers that look random and are the same each time. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const WEEK = [1, 1.05, 1.1, 1.05, 0.95, 0.4, 0.35];

/** Projects with a week, some noise, a little growth and, one of them, an invoice on the first of each month. */
function quietWorld(seed: number, change: (project: number, day: Day) => number = () => 1): DailySeries[] {
  return [400, 180, 90, 60, 45, 30, 22, 15, 11, 8, 6, 4].map((usual, project) => {
    const next = noise(seed * 100 + project);
    const costs = ALL.map((day, index) => {
      const week = WEEK[index % 7] ?? 1;
      const drift = 1.02 ** (index / 30);
      const invoice = project === 1 && day.endsWith('-01') ? 300 : 0;
      const cost = usual * week * drift * (0.85 + 0.3 * next()) * change(project, day) + invoice;
      return [day, parseDecimal(cost.toFixed(6))] as const;
    });
    return {
      ...{
        projectId: `p${project}`,
        project: `P${project}`,
        provider: 'openai',
        organization: 'O',
        organizationId: 'o',
      },
      currency: 'USD',
      costs: new Map(costs),
      knownFrom: FIRST,
      isWhole: () => true,
    };
  });
}

/** What a daily check finds first on each morning. */
function findEachMorning(world: readonly DailySeries[], mornings = MORNINGS): { morning: Day; what: string }[] {
  const known = new Set<string>();
  const found: { morning: Day; what: string }[] = [];
  for (const until of daysOf({ since: addDays(mornings.since, -1), until: addDays(mornings.until, -1) })) {
    const span = { since: addDays(until, -6), until };
    const recent = daysOf({ since: addDays(until, -29), until });
    const month = sum(world.flatMap(({ costs }) => recent.map((day) => costs.get(day) ?? ZERO)));
    const isEnough = (excess: Decimal) => isWorth(excess, month, {});
    const spikes = findSpikes(world, span, LEAST_EXCESS);
    const all = [
      ...spikes.map((spike) => ({ what: `${spike.project} ${spike.span.since}`, excess: excessOf(spike) })),
      ...findOrganizationSpikes(
        world,
        spikes.filter((spike) => isEnough(excessOf(spike))),
        span,
        LEAST_EXCESS,
      )
        .filter(({ isExplained }) => !isExplained)
        .map((spike) => ({ what: `O ${spike.span.since}`, excess: excessOf(spike) })),
      ...findRises(world, until, LEAST_EXCESS).map(({ series, now, before }) => ({
        what: `rise ${series.project}`,
        excess: (now - before) as Decimal,
      })),
    ];
    for (const { what, excess } of all)
      if (isEnough(excess) && !known.has(what)) {
        known.add(what);
        found.push({ morning: addDays(until, 1), what });
      }
  }
  return found;
}

/** From before something happens until it is over. */
const findAround = (world: readonly DailySeries[], days = 14) =>
  findEachMorning(world, { since: addDays(PLANTED, -1), until: addDays(PLANTED, days) });

const from =
  (project: number, factor: number, days = Infinity) =>
  (each: number, day: Day) =>
    each === project && day >= PLANTED && daysBetween(PLANTED, day) < days ? factor : 1;

describe('what a daily check finds in half a year', () => {
  it.each(inject('long') ? [1, 2] : [1])(
    'is at most one finding a month where nothing happens (world %i)',
    { tags: ['story'] },
    (seed) => {
      const found = findEachMorning(quietWorld(seed));
      expect(found.length, JSON.stringify(found)).toBeLessThanOrEqual(6);
    },
  );

  it.each<[string, (project: number, day: Day) => number, string]>([
    ['a key gone wild for a day', from(3, 6, 1), 'P3'],
    ['a runaway at night', from(0, 2, 1), 'P0'],
    ['a model switched for one of twice the price', from(2, 2.2), 'P2'],
    ['a price that tripled', from(4, 3), 'P4'],
    ['a little more in every project', (_, day) => (day === PLANTED ? 1.9 : 1), 'P0'],
  ])('has %s by the next morning, once', (_, change, project) => {
    const found = findAround(quietWorld(7, change));
    expect(found).toContainEqual({ morning: addDays(PLANTED, 1), what: `${project} ${PLANTED}` });
    expect(found.filter(({ what }) => what.startsWith('rise'))).toEqual([]);
  });

  it('has a whole organization where no project alone stands out enough', () => {
    for (const [count, usual, high] of [
      // No day of a project stands out; or all do, and none is worth a word alone.
      [40, '3', '6'],
      [50, '200', '400'],
    ] as const) {
      const many = Array.from({ length: count }, (_, index) => ({
        ...(quietWorld(9)[9] as DailySeries),
        projectId: `m${index}`,
        project: `M${index}`,
        costs: new Map(ALL.map((day) => [day, parseDecimal(day === PLANTED ? high : usual)])),
      }));
      expect(findAround(many, 8)).toEqual([{ morning: addDays(PLANTED, 1), what: `O ${PLANTED}` }]);
    }
  });

  it.each([30, 60])('has a slow doubling over %i days once it has doubled, as one finding', (days) => {
    const slowly = (each: number, day: Day) =>
      each !== 2 || day < PLANTED ? 1 : 2 ** Math.min(1, daysBetween(PLANTED, day) / days);
    const rises = findAround(quietWorld(11, slowly), days + 10).filter(({ what }) => what.includes('P2'));
    expect(rises.map(({ what }) => what)).toEqual(['rise P2']);
    expect(rises[0]?.morning && rises[0].morning <= addDays(PLANTED, days + 7)).toBe(true);
  });

  it('has a project that is new and costs enough to matter, and not one that does not', () => {
    const start = (usual: string): DailySeries => ({
      ...(quietWorld(5)[5] as DailySeries),
      projectId: 'new',
      project: 'New',
      costs: new Map(ALL.filter((day) => day >= PLANTED).map((day) => [day, parseDecimal(usual)])),
    });
    const newOnes = (usual: string) =>
      findAround([...quietWorld(5), start(usual)]).filter(({ what }) => what.includes('New'));
    expect(newOnes('250')).toEqual([{ morning: addDays(PLANTED, 1), what: `New ${PLANTED}` }]);
    expect(newOnes('8')).toEqual([]);
  });

  it('has an invoice that comes each month no more once it is known', { tags: ['story'] }, () => {
    const invoices = findEachMorning(quietWorld(3)).filter(({ what }) => what.endsWith('-01'));
    expect(invoices).toEqual([]);
  });
});
