import { describe, expect, it } from 'vitest';
import { addDays, parseDay, type Day } from '../../src/domain/day.js';
import { parseDecimal } from '../../src/domain/decimal.js';
import { findPriceJumps, type DailyCharge } from '../../src/domain/unit-prices.js';

const first = parseDay('2026-02-26');
const span = { since: first, until: addDays(first, 60) };

function charge(day: Day, cost: string, quantity: string, change: Partial<DailyCharge> = {}): DailyCharge {
  const amounts = { cost: parseDecimal(cost), quantity: parseDecimal(quantity) };
  return { day, lineItem: 'web search', currency: 'USD', unit: 'requests', ...amounts, ...change };
}

const steady = (days: number) => Array.from({ length: days }, (_, index) => charge(addDays(first, index), '1', '100'));

describe('a unit price', () => {
  it('that jumps is told with its factor and both prices, as days above a free allowance are', () => {
    // 1,000 free a day, then 0.01 each: five days just above, then one far above.
    const above = Array.from({ length: 5 }, (_, index) => charge(addDays(first, index), '0.1', '1010'));
    expect(findPriceJumps([...above, charge(addDays(first, 5), '90', '10000')], span)).toEqual([
      {
        day: addDays(first, 5),
        lineItem: 'web search',
        currency: 'USD',
        unit: 'requests',
        factor: 91,
        usual: '0.0000990099',
        price: '0.009',
      },
    ]);
  });

  it('that falls is told as well', () => {
    const [jump] = findPriceJumps([...steady(5), charge(addDays(first, 5), '1', '10000')], span);
    expect(jump).toMatchObject({ factor: 100, usual: '0.01', price: '0.0001' });
  });

  it('says nothing at fifty times, on the first day, after a long pause, or where only rounding is left', () => {
    const jumpOn = (index: number, cost = '500') => charge(addDays(first, index), cost, '100');
    expect(findPriceJumps([...steady(5), jumpOn(5, '50')], span)).toEqual([]);
    expect(findPriceJumps([...steady(5), jumpOn(5, '50.01')], span)).toHaveLength(1);
    expect(findPriceJumps([jumpOn(0)], span)).toEqual([]);
    expect(findPriceJumps([...steady(1), jumpOn(32)], span)).toEqual([]);
    expect(findPriceJumps([...steady(1), jumpOn(31)], span)).toHaveLength(1);
    const tiny = [charge(first, '0.000001', '1'), charge(addDays(first, 1), '0.0099', '1')];
    expect(findPriceJumps(tiny, span)).toEqual([]);
  });

  it('is told once where it stays, and of each item, currency and unit apart', () => {
    const later = [5, 6].map((index) => charge(addDays(first, index), '100', '100'));
    expect(findPriceJumps([...later, ...steady(5)], span).map(({ day }) => day)).toEqual([addDays(first, 5)]);
    for (const change of [{ lineItem: 'other' }, { currency: 'EUR' }, { unit: null }])
      expect(findPriceJumps([...steady(5), charge(addDays(first, 5), '100', '100', change)], span)).toEqual([]);
  });

  it('is only told of days in the span, by the days before it', () => {
    const charges = [...steady(5), charge(addDays(first, 5), '100', '100')];
    expect(findPriceJumps(charges, { since: first, until: addDays(first, 4) })).toEqual([]);
    expect(findPriceJumps(charges, { since: addDays(first, 5), until: addDays(first, 5) })).toHaveLength(1);
  });
});
