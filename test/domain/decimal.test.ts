import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, formatDecimal, parseDecimal } from '../../src/domain/decimal.js';

describe('parseDecimal', () => {
  it.each([
    ['0.06', '0.06'],
    ['2.5945e-3', '0.0025945'],
    ['1E+2', '100'],
    ['-0.0', '0'],
    ['+7.', '7'],
    ['0.1739150000000000000000000000', '0.173915'],
    ['12345678901234567890.12345678901234567890', '12345678901234567890.1234567890123456789'],
    ['00012', '12'],
    ['-1e-30', '-0.000000000000000000000000000001'],
  ])('reads %s as %s', (text, plain) => {
    expect(formatDecimal(parseDecimal(text))).toBe(plain);
  });

  it('moves the point exactly when cents become dollars', () => {
    expect(formatDecimal(parseDecimal('123.78912', -2))).toBe('1.2378912');
    expect(formatDecimal(parseDecimal('41280.000000', -2))).toBe('412.8');
  });

  it.each(['', ' ', '1,5', 'NaN', 'Infinity', '0x10', '1e', '--1', '.5', '1 000', '1e99999'])('refuses %j', (text) => {
    expect(() => parseDecimal(text)).toThrow(/is not a decimal number/);
  });

  it.each(['1e-31', '0.0000000000000000000000000000001', '1e35', '9'.repeat(36), '1e9999', '1e-9999'])(
    'refuses %s, which the store would round',
    (text) => {
      expect(() => parseDecimal(text)).toThrow(/would be rounded/);
    },
  );

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
