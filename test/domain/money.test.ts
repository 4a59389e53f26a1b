import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  absolute,
  compare,
  formatDecimal,
  negate,
  parseDecimal,
  percentOf,
  proportion,
  ratio,
  round,
  subtract,
  sum,
} from '../../src/domain/decimal.js';
import { Sums } from '../../src/domain/money.js';

const usd = (cost: string | null) => ({ currency: 'USD', cost });
const eur = (cost: string | null) => ({ currency: 'EUR', cost });

describe('sums by currency', () => {
  it('never adds two currencies, and keeps the last digit of each', () => {
    const sums = new Sums([usd('0.1'), eur('7'), usd('0.2'), usd('1e-30')]);
    expect(sums.toDocuments()).toEqual([eur('7'), usd('0.300000000000000000000000000001')]);
  });

  it('adds nothing for what is unknown, and keeps a currency that comes to zero', () => {
    expect(new Sums([usd(null)]).toDocuments()).toEqual([]);
    expect(new Sums([usd('5'), usd('-5')]).toDocuments()).toEqual([usd('0')]);
  });

  it('subtracts in every currency that either side has', () => {
    const difference = new Sums([usd('5')]).minus(new Sums([usd('2'), eur('3')]));
    expect(difference.toDocuments()).toEqual([eur('-3'), usd('3')]);
  });

  it('does not depend on the order in which amounts come', () => {
    const amount = fc.record({
      currency: fc.constantFrom('USD', 'EUR', 'JPY'),
      cost: fc.bigInt(-(10n ** 34n), 10n ** 34n).map(String),
    });
    fc.assert(
      fc.property(fc.array(amount), (amounts) => {
        expect(new Sums(amounts).toDocuments()).toEqual(new Sums([...amounts].reverse()).toDocuments());
      }),
    );
  });
});

describe('exact arithmetic', () => {
  const d = parseDecimal;

  it('subtracts, negates and adds up without rounding', () => {
    expect(formatDecimal(subtract(d('0.3'), d('0.1')))).toBe('0.2');
    expect(formatDecimal(negate(d('-1.5')))).toBe('1.5');
    expect(formatDecimal(absolute(d('-1.5')))).toBe('1.5');
    expect(formatDecimal(sum([d('0.1'), d('0.2'), d('-0.3')]))).toBe('0');
    expect([d('2'), d('-3'), d('0')].sort(compare).map(formatDecimal)).toEqual(['-3', '0', '2']);
  });

  it('cuts a share where it is asked to, and does not round it up to the whole', () => {
    expect(formatDecimal(ratio(d('2'), d('3'), 6))).toBe('0.666666');
    expect(formatDecimal(ratio(d('0.9999999'), d('1'), 6))).toBe('0.999999');
    expect(formatDecimal(proportion(d('10'), 3n, 4n))).toBe('7.5');
    expect(percentOf(d('2'), d('3'), 1)).toBe(66.6);
  });

  it.each([
    ['0.005', '0'],
    ['0.015', '0.02'],
    ['0.025', '0.02'],
    ['-0.015', '-0.02'],
    ['0.0250000000000000000000000001', '0.03'],
  ])('rounds %s half to even as %s', (text, rounded) => {
    expect(formatDecimal(round(d(text), 2))).toBe(rounded);
  });
});
