import { add, roundRatio, subtract, ZERO, type Decimal } from './decimal.js';

/** What of a difference comes from how much was used, at what price, of which model; and what only one side has. */
export const EFFECTS = ['volume', 'price', 'mix', 'new', 'gone', 'other'] as const;
export type Effect = (typeof EFFECTS)[number];
/** They add up to the difference, to the last digit. */
export type Effects = Record<Effect, Decimal>;

export const NO_EFFECTS: Effects = { volume: ZERO, price: ZERO, mix: ZERO, new: ZERO, gone: ZERO, other: ZERO };

/** What a line cost and how much of it was used, on one side of a comparison. */
export interface Charged {
  cost: Decimal;
  quantity: Decimal;
}

/** A line on both sides; zeros where a side lacks it. */
export interface PricedLine {
  before: Charged;
  now: Charged;
}

/** Decimals after which an effect is rounded; the price takes what is left. */
const DECIMALS = 12;

export function addEffects(a: Effects, b: Effects): Effects {
  return mapEffects((effect) => add(a[effect], b[effect]));
}

export function mapEffects<T>(make: (effect: Effect) => T): Record<Effect, T> {
  return Object.fromEntries(EFFECTS.map((effect) => [effect, make(effect)])) as Record<Effect, T>;
}

/**
 * Splits the difference of a family: lines of one project, currency, unit and token type, which do the same work and so may
 * stand for one another. With Q the quantity of all lines and P their cost per unit, s a line's share of Q and p its own cost
 * per unit (that of the other side where it has no quantity), 0 before and 1 now:
 *
 *     volume = (Q1 − Q0) · (P0 + P1) / 2
 *     mix    = (Q0 + Q1) / 2 · Σ (s1 − s0) · (p0 + p1) / 2
 *     price  = the rest, which is (Q0 + Q1) / 2 · Σ (s0 + s1) / 2 · (p1 − p0)
 *
 * Volume and mix are exact and rounded once, half to even. With the sides swapped every sign flips.
 * @param lines without negative amounts, and without a cost where there is no quantity
 */
export function splitDifference(lines: readonly PricedLine[]): Effects {
  const before = total(lines.map((line) => line.before));
  const now = total(lines.map((line) => line.now));
  const difference = subtract(now.cost, before.cost);
  if (before.quantity === ZERO) return { ...NO_EFFECTS, new: difference };
  if (now.quantity === ZERO) return { ...NO_EFFECTS, gone: difference };
  // Quantities stand above and below: what all have in common drops out, and the figures stay short.
  const unit = lines.flatMap((line) => [line.before.quantity, line.now.quantity]).reduce<bigint>(commonDivisor, 0n);
  const [q0, q1] = [before.quantity / unit, now.quantity / unit];
  const volume = roundRatio((q1 - q0) * (before.cost * q1 + now.cost * q0), 2n * q0 * q1, DECIMALS);
  const shift = lines.reduce((sum, line) => addRatios(sum, shiftOf(line, { unit, q0, q1 })), {
    numerator: 0n,
    denominator: 1n,
  });
  const mix = roundRatio((q0 + q1) * shift.numerator, 4n * q0 * q1 * shift.denominator, DECIMALS);
  return { ...NO_EFFECTS, volume, mix, price: subtract(subtract(difference, volume), mix) };
}

interface Ratio {
  numerator: bigint;
  denominator: bigint;
}

/** `(s1 − s0) · (p0 + p1)` of a line, times Q0 · Q1. */
function shiftOf({ before, now }: PricedLine, { unit, q0, q1 }: { unit: bigint; q0: bigint; q1: bigint }): Ratio {
  const [quantityBefore, quantityNow] = [before.quantity / unit, now.quantity / unit];
  const share = quantityNow * q0 - quantityBefore * q1;
  if (quantityBefore === 0n && quantityNow === 0n) return { numerator: 0n, denominator: 1n };
  if (quantityBefore === 0n) return { numerator: share * 2n * now.cost, denominator: quantityNow };
  if (quantityNow === 0n) return { numerator: share * 2n * before.cost, denominator: quantityBefore };
  return {
    numerator: share * (before.cost * quantityNow + now.cost * quantityBefore),
    denominator: quantityBefore * quantityNow,
  };
}

function addRatios(a: Ratio, b: Ratio): Ratio {
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}

function total(charges: readonly Charged[]): Charged {
  return charges.reduce(
    (sum, { cost, quantity }) => ({ cost: add(sum.cost, cost), quantity: add(sum.quantity, quantity) }),
    {
      cost: ZERO,
      quantity: ZERO,
    },
  );
}

function commonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : commonDivisor(b, a % b);
}
