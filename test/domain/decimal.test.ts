import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  absolute,
  add,
  compare,
  formatDecimal,
  parseDecimal,
  product,
  quotient,
  round,
} from '../../src/domain/decimal.js';
import { effortOf } from '../helpers/effort.js';

describe('parseDecimal', () => {
  it.each([
    ['0.06', '0.06'],
    ['2.5945e-3', '0.0025945'],
    ['1E+2', '100'],
    ['-0.0', '0'],
    ['+7.', '7'],
    ['-.5', '-0.5'],
    ['0.1739150000000000000000000000', '0.173915'],
    ['12345678901234567890.12345678901234567890', '12345678901234567890.1234567890123456789'],
    ['00012', '12'],
    ['0.25000000000000000000000000000000000', '0.25'],
    ['2500e-32', '0.000000000000000000000000000025'],
    ['-1e-30', '-0.000000000000000000000000000001'],
  ])('reads %s as %s', (text, plain) => {
    expect(formatDecimal(parseDecimal(text))).toBe(plain);
  });

  it('moves the point exactly when cents become dollars', () => {
    expect(formatDecimal(parseDecimal('123.78912', -2))).toBe('1.2378912');
    expect(formatDecimal(parseDecimal('41280.000000', -2))).toBe('412.8');
  });

  it.each(['', ' ', '1,5', 'NaN', 'Infinity', '0x10', '1e', '--1', '.', '-.e1', '1 000', '1e99999'])(
    'refuses %j',
    (text) => {
      expect(() => parseDecimal(text)).toThrow(/is not a decimal number/);
    },
  );

  it('refuses digits without end before it reads them, which would take minutes', () => {
    expect(() => parseDecimal('1'.repeat(20_000_000))).toThrow(/"1{60}" is not a decimal number/);
  });

  it.each(['1e-31', '0.0000000000000000000000000000001', '1e35', '9'.repeat(36), '1e9999', '1e-9999'])(
    'refuses %s, which the store would round',
    (text) => {
      expect(() => parseDecimal(text)).toThrow(/would be rounded/);
    },
  );

  it('blames the answer it read, and repeats no more of it than a line', () => {
    const told = (text: string) => {
      try {
        return parseDecimal(text);
      } catch (error) {
        return error;
      }
    };
    expect(told('x'.repeat(500))).toMatchObject({
      code: 'contract',
      message: `"${'x'.repeat(60)}" is not a decimal number.`,
    });
    expect(told('9'.repeat(500))).toMatchObject({
      code: 'contract',
      message: expect.stringMatching(/^The amount 9{120} has more than 35 integer digits/) as string,
    });
  });

  it('takes no time for a number that only an exponent makes large', async () => {
    const parsing = () => {
      for (let turn = 0; turn < 1000; turn += 1)
        expect(() => parseDecimal('1e9999', 9_000_000)).toThrow(/would be rounded/);
    };
    expect(await effortOf(parsing)).toBeLessThan(2_000);
  });

  it('accepts the largest and the smallest amount the store keeps', () => {
    const largest = `${'9'.repeat(35)}.${'9'.repeat(30)}`;
    expect(formatDecimal(parseDecimal(largest))).toBe(largest);
    expect(formatDecimal(parseDecimal('1e-30', 0))).toBe(`0.${'0'.repeat(29)}1`);
  });

  it('gives back every amount it was given, to the last digit', () => {
    const amount = fc.tuple(
      fc.boolean(),
      fc.bigInt({ min: 0n, max: 10n ** 35n - 1n }),
      fc.bigInt({ min: 0n, max: 10n ** 30n - 1n }),
    );
    fc.assert(
      fc.property(amount, ([negative, whole, fraction]) => {
        const value = parseDecimal(`${negative ? '-' : ''}${whole}.${fraction.toString().padStart(30, '0')}`);
        expect(parseDecimal(formatDecimal(value))).toBe(value);
      }),
    );
  });
});

describe('add', () => {
  it('adds ten dimes to one dollar', () => {
    const sum = Array.from({ length: 10 }, () => parseDecimal('0.1')).reduce(add);
    expect(formatDecimal(sum)).toBe('1');
  });
});

describe('compare', () => {
  it.each([
    ['1', '2', -1],
    ['2', '1', 1],
    ['1', '1.0', 0],
    ['-2', '-1', -1],
  ])('puts %s and %s in order', (a, b, order) => {
    expect(compare(parseDecimal(a), parseDecimal(b))).toBe(order);
  });
});

describe('round', () => {
  it.each([
    ['0.125', '0.12'],
    ['0.135', '0.14'],
    ['0.1250000001', '0.13'],
    ['0.131', '0.13'],
    ['-0.135', '-0.14'],
    ['-0.125', '-0.12'],
    ['0', '0'],
  ])('takes %s half to even, to %s', (text, rounded) => {
    expect(formatDecimal(round(parseDecimal(text), 2))).toBe(rounded);
  });
});

describe('absolute', () => {
  it.each([
    ['-1.5', '1.5'],
    ['1.5', '1.5'],
    ['0', '0'],
  ])('of %s is %s', (text, amount) => {
    expect(formatDecimal(absolute(parseDecimal(text)))).toBe(amount);
  });
});

describe('quotient and product', () => {
  it.each([
    ['2', '3', '0.66667', '6'],
    ['-2', '3', '-0.66667', '-6'],
    ['2', '-3', '-0.66667', '-6'],
    ['-2', '-3', '0.66667', '6'],
    ['0.5', '0.00000000000000000001', '50000000000000000000', '0.000000000000000000005'],
  ])('of %s and %s are %s and %s', (a, b, divided, times) => {
    expect(formatDecimal(quotient(parseDecimal(a), parseDecimal(b), 5))).toBe(divided);
    expect(formatDecimal(product(parseDecimal(a), parseDecimal(b)))).toBe(times);
  });
});
