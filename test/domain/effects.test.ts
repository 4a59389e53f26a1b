import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/domain/day.js';
import { formatDecimal, negate, parseDecimal, subtract, sum } from '../../src/domain/decimal.js';
import { EFFECTS, mapEffects, splitDifference, type PricedLine } from '../../src/domain/effects.js';
import { explain } from '../../src/domain/explain.js';
import type { Cause, ChargedLine } from '../../src/domain/explanation.js';
import { createRandom } from '../../src/emulator/random.js';
import { reasonsOf } from '../../src/output/why.js';

/** `[cost before, quantity before, cost now, quantity now]` */
function line([cost0, quantity0, cost1, quantity1]: [string, string, string, string]): PricedLine {
  return {
    before: { cost: parseDecimal(cost0), quantity: parseDecimal(quantity0) },
    now: { cost: parseDecimal(cost1), quantity: parseDecimal(quantity1) },
  };
}

function split(...lines: [string, string, string, string][]) {
  const effects = splitDifference(lines.map(line));
  return mapEffects((effect) => formatDecimal(effects[effect]));
}

const none = { volume: '0', price: '0', mix: '0', new: '0', gone: '0', other: '0' };

describe('what of a difference comes from what', () => {
  it('twice as much at the same price is volume', () => {
    expect(split(['10', '100', '20', '200'])).toEqual({ ...none, volume: '10' });
  });

  it('three times the price for as much is price', () => {
    expect(split(['10', '100', '30', '100'])).toEqual({ ...none, price: '20' });
  });

  it('as much of a dearer model is mix', () => {
    // 1000 units of 0.01 each become 600 of them and 400 of 0.05 each.
    expect(split(['10', '1000', '6', '600'], ['0', '0', '20', '400'])).toEqual({ ...none, mix: '16' });
  });

  it('volume, price and mix together, calculated by hand', () => {
    // Before: 80 of A at 1 and 20 of B at 4, so Q0 = 100, C0 = 160. Now: 90 of A at 1.1 and 60 of B at 4, so Q1 = 150, C1 = 339.
    // volume = 50 · (1.6 + 2.26) / 2; mix = 125 · (−0.2 · 1.05 + 0.2 · 4); price = 125 · 0.7 · 0.1.
    expect(split(['80', '80', '99', '90'], ['80', '20', '240', '60'])).toEqual({
      ...none,
      volume: '96.5',
      mix: '73.75',
      price: '8.75',
    });
  });

  it('what only one side has is new or gone', () => {
    expect(split(['0', '0', '7', '3'])).toEqual({ ...none, new: '7' });
    expect(split(['7', '3', '0', '0'])).toEqual({ ...none, gone: '-7' });
    expect(split(['0', '0', '0', '0'])).toEqual(none);
  });

  it('rounds volume and mix once to 12 decimals, half to even, and leaves the rest to the price', () => {
    // volume = (4 − 3) · (1/3 + 1/4) / 2 = 7/24 = 0.291666…
    expect(split(['1', '3', '1', '4'])).toEqual({ ...none, volume: '0.291666666667', price: '-0.291666666667' });
    // volume = 1 · (1 + 1.000000000001) / 2 = 1.0000000000005: half, to the even 1.000000000000.
    expect(split(['1', '1', '2.000000000002', '2'])).toMatchObject({ volume: '1', price: '0.000000000002' });
  });

  it('adds up to the last digit, and flips with its sides, whatever the figures', () => {
    const random = createRandom('effects');
    const digits = (count: number) => Array.from({ length: count }, () => Math.floor(random() * 10)).join('');
    for (let round = 0; round < 200; round += 1) {
      const lines = Array.from({ length: 1 + Math.floor(random() * 6) }, () => {
        const side = (): [string, string] =>
          random() < 0.2 ? ['0', '0'] : [`${digits(4)}.${digits(30)}`, `1${digits(9)}.${digits(3)}`];
        return line([...side(), ...side()]);
      });
      const effects = splitDifference(lines);
      const total = (side: 'before' | 'now') => sum(lines.map((each) => each[side].cost));
      expect(sum(EFFECTS.map((effect) => effects[effect]))).toBe(subtract(total('now'), total('before')));
      const flipped = splitDifference(lines.map(({ before, now }) => ({ before: now, now: before })));
      const names = { volume: 'volume', price: 'price', mix: 'mix', new: 'gone', gone: 'new', other: 'other' } as const;
      for (const effect of EFFECTS) expect(flipped[names[effect]]).toBe(negate(effects[effect]));
    }
  });
});

describe('a reason', () => {
  /** Of models of one project: cost and tokens before and now. */
  function reasons(models: Record<string, [string, string, string, string]>): string[] {
    const lines = Object.entries(models).flatMap(([model, [cost0, quantity0, cost1, quantity1]]) => {
      const side = (name: ChargedLine['side'], cost: string, quantity: string) => ({
        ...{
          side: name,
          projectId: 'search',
          project: 'Search',
          currency: 'USD',
          lineItem: model,
          model,
          tokenType: null,
        },
        ...{ cost: parseDecimal(cost), hasCredit: false, lastDay: parseDay('2026-11-20') },
        quantities: { bill: { amount: parseDecimal(quantity), unit: 'tokens' }, usage: null },
      });
      return [side('before', cost0, quantity0), side('now', cost1, quantity1)];
    });
    return reasonsOf(explain(lines, ['project']), 'USD', ['project']);
  }

  it('is never what moved the other way, however far', () => {
    const million = '1000000';
    expect(
      reasons({
        fell: ['20', million, '10', million],
        rose: ['20', million, '26', million],
        'rose, too': ['20', million, '26', million],
      }),
    ).toEqual(['rose costs more per unit in Search: 20.00 per 1M tokens → 26.00 per 1M tokens (+2.00)']);
  });

  it('does not name a model as most of itself', () => {
    const cause = { effect: 'volume', name: 'gpt-5', model: 'gpt-5', currency: 'USD', amount: '24.53' } as Cause;
    expect(reasonsOf({ causes: [cause] }, 'USD', ['model'])).toEqual(['gpt-5 used more (+24.53)']);
  });

  it('has no number where that rounds to nothing', () => {
    expect(reasons({ steady: ['1000', '1000000', '996', '996000'] })).toEqual([
      'Search used fewer tokens, most of it steady (−4.00)',
    ]);
  });
});
