import { describe, expect, it } from 'vitest';
import { addDays, daysOf, parseDay, type Day } from '../../src/domain/day.js';
import { parseDecimal } from '../../src/domain/decimal.js';
import { findSpikes, type DailySeries } from '../../src/domain/spikes.js';

const FIRST = parseDay('2026-09-01');
const SPAN = { since: parseDay('2026-11-01'), until: parseDay('2026-11-22') };
const SPIKE = parseDay('2026-11-12');

/** A project that costs what it is told to, day by day, from the first of September. */
function series(costOn: (day: Day, index: number) => string | null, isWhole = (_: Day) => true): DailySeries {
  const days = daysOf({ since: FIRST, until: SPAN.until });
  const costs = days.flatMap((day, index) => {
    const cost = costOn(day, index);
    return cost === null ? [] : [[day, parseDecimal(cost)] as const];
  });
  return {
    projectId: 'p',
    project: 'P',
    provider: 'openai',
    organization: 'O',
    organizationId: 'o',
    currency: 'USD',
    costs: new Map(costs),
    isWhole,
  };
}

const found = (...all: DailySeries[]) => findSpikes(all, SPAN).map(({ span }) => [span.since, span.until]);

describe('spikes', () => {
  it('are days far above the same weekday before, with what is usual, exact', () => {
    const one = series((day, index) => (day === SPIKE ? '300.000000000000000000000000000001' : `10${index % 10}`));
    expect(findSpikes([one], SPAN)).toMatchObject([
      { day: SPIKE, cost: '300.000000000000000000000000000001', usual: '104.5', lineItem: null },
    ]);
  });

  it('are not weekends that are always cheap, nor Mondays after them', () => {
    const weekly = series((_, index) => (index % 7 > 4 ? '10' : '100'));
    expect(found(weekly)).toEqual([]);
  });

  it('are not cents, however many times the usual they are', () => {
    expect(found(series((day) => (day === SPIKE ? '4.9' : '0.1')))).toEqual([]);
    expect(found(series((day) => (day === SPIKE ? '5.1' : '0.1')))).toEqual([[SPIKE, SPIKE]]);
  });

  it('are not days of a project that always swings as much', () => {
    expect(found(series((day, index) => (day === SPIKE ? '220' : index % 14 < 7 ? '20' : '180')))).toEqual([]);
  });

  it('tell a new level once, and not for ever', () => {
    const level = series((day) => (day >= SPAN.since ? '200' : '100'));
    expect(found(level)).toEqual([[SPAN.since, addDays(SPAN.since, 3)]]);
  });

  it('are not told of a project that is new, for nothing is known of it', () => {
    expect(found(series((day) => (day < '2026-10-30' ? null : '500')))).toEqual([]);
  });

  it('neither take a day that was read half-way for one nor compare with days that were', () => {
    const half = series(
      (day) => (day === SPIKE ? '300' : '100'),
      (day) => day !== SPIKE,
    );
    expect(found(half)).toEqual([]);
    const gaps = series(
      (day) => (day < '2026-10-20' ? null : '100'),
      (day) => day >= '2026-10-20',
    );
    expect(found(gaps)).toEqual([]);
  });

  it('come with the largest excess first', () => {
    const small = series((day) => (day === SPIKE ? '50' : '10'));
    const large = series((day) => (day === SPAN.until ? '5000' : '1000'));
    expect(found(small, large)).toEqual([
      [SPAN.until, SPAN.until],
      [SPIKE, SPIKE],
    ]);
  });
});
