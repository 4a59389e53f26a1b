import { describe, expect, it } from 'vitest';
import { parseDecimal } from '../../src/domain/decimal.js';
import { formatChange, formatDuration, formatMoney, formatShare, isCompared } from '../../src/output/format.js';

describe('figures for people', () => {
  it.each([
    ['1234567.895', '1,234,567.90'],
    ['0.005', '0.005'],
    ['0.0000123', '0.000012'],
    ['-0.1', '−0.10'],
    ['999.995', '1,000.00'],
    ['7', '7.00'],
  ])('writes %s as %s', (exact, shown) => {
    expect(formatMoney(exact)).toBe(shown);
  });

  it.each([
    ['10', '0', 'new'],
    ['0', '10', 'gone'],
    ['0', '0', ''],
    ['966.07', '-792.58', ''],
    ['12', '10', '+20 %'],
    ['9.5', '10', '−5 %'],
    ['10.01', '10', '±0 %'],
    ['1000', '1', '>999 %'],
  ])('calls %s after %s "%s"', (current, previous, shown) => {
    expect(formatChange({ current, previous })).toBe(shown);
  });

  it.each([
    ['0', '0', true, false],
    ['0', '0', false, true],
    ['3', '0', true, true],
  ])(
    'of %s now and %s before, with days left out: %s, has something to compare: %s',
    (current, previous, partial, is) => {
      expect(isCompared({ current, previous, partial })).toBe(is);
    },
  );

  it('gives a share to what was spent, and none to a credit', () => {
    expect(['46', '0.4', '0', '-3', null].map((cost) => formatShare(cost, parseDecimal('100')))).toEqual([
      '46 %',
      '<1 %',
      '',
      '',
      '',
    ]);
  });

  it.each([
    [999, '999 ms'],
    [59_949, '59.9 s'],
    [59_950, '1 min 0 s'],
    [60_000, '1 min 0 s'],
    [119_499, '1 min 59 s'],
    [119_600, '2 min 0 s'],
    [3_599_700, '1 h 0 min'],
    [86_399_000, '23 h 59 min'],
    [6 * 86_400_000, '6 d 0 h'],
  ])('has no sixtieth second, and no thousand minutes: %i ms is %s', (milliseconds, shown) => {
    expect(formatDuration(milliseconds)).toBe(shown);
  });
});
