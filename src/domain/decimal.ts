import { CostsError } from '../errors.js';

/** Digits after the point that the store keeps: `numeric(65,30)`. */
export const SCALE = 30;
/** Digits before the point that the store keeps. */
const INTEGER_DIGITS = 35;

const UNIT = 10n ** BigInt(SCALE);
/** Of ten, by exponent: a file has millions of amounts, and raising ten anew for each of them shows. */
const POWERS = Array.from({ length: SCALE + INTEGER_DIGITS + 1 }, (_, exponent) => 10n ** BigInt(exponent));
const LIMIT = 10n ** BigInt(SCALE + INTEGER_DIGITS);
/** Far longer than any amount; a megabyte of digits would take minutes. */
const LONGEST = 1_000;
const NUMBER = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

declare const decimal: unique symbol;

/** An exact decimal: a bigint scaled by 10^30. Compare with the operators, calculate with the functions below; never convert to a float. */
export type Decimal = bigint & { readonly [decimal]: true };

/**
 * An exact decimal as documents carry it: text, as readers of JSON turn its numbers into floats.
 * @pattern ^-?\d+(\.\d+)?$
 */
export type DecimalText = string;

export const ZERO = 0n as Decimal;

/**
 * Reads a decimal from its text, as a provider wrote it: plain, with an exponent, signed.
 * @param shift powers of ten to apply, such as -2 to turn cents into dollars.
 * @throws CostsError `contract` when it is no number, or would be rounded by `numeric(65,30)`.
 */
export function parseDecimal(text: string, shift = 0): Decimal {
  const match = text.length > LONGEST ? null : NUMBER.exec(text);
  if (match === null) throw new CostsError('contract', `"${text.slice(0, 60)}" is not a decimal number.`);
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return ZERO;

  const power = SCALE + Number(exponent) + shift - fraction.length;
  const magnitude = power >= 0 ? scaleUp(digits, power) : scaleDown(digits, -power);
  if (magnitude === null || magnitude >= LIMIT) {
    throw new CostsError(
      'contract',
      `The amount ${text.slice(0, 120)} has more than ${INTEGER_DIGITS} integer digits or ${SCALE} decimals; it would be rounded.`,
    );
  }
  return (sign === '-' ? -magnitude : magnitude) as Decimal;
}

function scaleUp(digits: bigint, power: number): bigint | null {
  const factor = POWERS[power];
  return factor === undefined ? null : digits * factor;
}

function scaleDown(digits: bigint, power: number): bigint | null {
  const divisor = 10n ** BigInt(power);
  return digits % divisor === 0n ? digits / divisor : null;
}

/** The shortest plain text of a decimal: no exponent, no trailing zeros, `0` for zero. */
export function formatDecimal(value: Decimal): string {
  const digits = absolute(value)
    .toString()
    .padStart(SCALE + 1, '0');
  const point = digits.length - SCALE;
  let end = digits.length;
  while (end > point && digits[end - 1] === '0') end -= 1;
  return `${value < 0n ? '-' : ''}${digits.slice(0, point)}${end > point ? `.${digits.slice(point, end)}` : ''}`;
}

/** Exact sum. */
export function add(a: Decimal, b: Decimal): Decimal {
  return (a + b) as Decimal;
}

/** Exact difference. */
export function subtract(a: Decimal, b: Decimal): Decimal {
  return (a - b) as Decimal;
}

export function negate(value: Decimal): Decimal {
  return (0n - value) as Decimal;
}

/** Magnitude. */
export function absolute(value: Decimal): Decimal {
  return value < 0n ? negate(value) : value;
}

export function sum(values: Iterable<Decimal>): Decimal {
  let total = ZERO;
  for (const value of values) total = add(total, value);
  return total;
}

/** For sorting, the smallest first. */
export function compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `value` × `by` ÷ `per`, cut at the last decimal we keep; two of the same scale, or two plain counts. */
export function proportion(value: Decimal, by: bigint, per = 1n): Decimal {
  return ((value * by) / per) as Decimal;
}

/** `part` ÷ `whole`, cut (not rounded) after so many decimals. */
export function ratio(part: Decimal, whole: Decimal, decimals = SCALE): Decimal {
  return (((part * 10n ** BigInt(decimals)) / whole) * 10n ** BigInt(SCALE - decimals)) as Decimal;
}

/** `a` ÷ `b`, rounded half to even after so many decimals, once. */
export function quotient(a: Decimal, b: Decimal, decimals: number): Decimal {
  const [part, whole] = b < 0n ? [negate(a), negate(b)] : [a, b];
  return roundRatio(part * UNIT, whole, decimals);
}

/** `a` × `b`; exact as long as both together have no more decimals than we keep. */
export function product(a: Decimal, b: Decimal): Decimal {
  return proportion(a, b, UNIT);
}

/** How many per cent of `whole` `part` is, cut after so many decimals. For the eye: nothing is added up from it. */
export function percentOf(part: Decimal, whole: Decimal, decimals = 0): number {
  return Number((part * 10n ** BigInt(decimals + 2)) / whole) / 10 ** decimals;
}

/** Rounded half to even after so many decimals. */
export function round(value: Decimal, decimals: number): Decimal {
  return roundRatio(value, 1n, decimals);
}

/**
 * An amount that is an exact ratio, such as a sum of shares: rounded half to even after so many decimals, once.
 * @param numerator of the scale of a decimal
 * @param denominator a plain count above zero
 */
export function roundRatio(numerator: bigint, denominator: bigint, decimals: number): Decimal {
  const unit = 10n ** BigInt(SCALE - decimals);
  const whole = denominator * unit;
  const magnitude = numerator < 0n ? -numerator : numerator;
  const cut = magnitude / whole;
  const twice = (magnitude % whole) * 2n;
  const rounded = (twice > whole || (twice === whole && cut % 2n === 1n) ? cut + 1n : cut) * unit;
  return (numerator < 0n ? -rounded : rounded) as Decimal;
}
