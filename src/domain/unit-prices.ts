import { addDays, type Day, type DaySpan } from './day.js';
import {
  compare,
  formatDecimal,
  parseDecimal,
  ratio,
  round,
  SCALE,
  ZERO,
  type Decimal,
  type DecimalText,
} from './decimal.js';
import { groupInto } from './group-into.js';

/** How far before a day its unit prices are compared with, and how many of those days count: the nearest. */
export const PRICE_HISTORY_DAYS = 31;
const COMPARED_DAYS = 5;
/** Prices change by a few per cent, now and then by a factor of ten. Cents taken for dollars are a factor of a hundred. */
const LARGEST_FACTOR = 50n;
/** In units of the currency: below this a factor is rounding, as a line of a few tokens has few digits. */
const LEAST_AMOUNT = parseDecimal('0.01');
const SIGNIFICANT_DIGITS = 6;
const ONE = 10n ** BigInt(SCALE);

/** What an organization paid for one line item on one day, over all its projects; credits and free rows aside. */
export interface DailyCharge {
  day: Day;
  lineItem: string;
  currency: string;
  unit: string | null;
  cost: Decimal;
  /** More than zero. */
  quantity: Decimal;
}

/** A line item that suddenly costs more than fifty times as much, or as little, per unit as on the days before. */
export interface UnitPriceJump {
  day: Day;
  lineItem: string;
  currency: string;
  unit: string | null;
  /** The larger unit price divided by the smaller one, to the nearest whole number. */
  factor: number;
  /** Per unit: the median of the days before, and what it was on this day. For the eye; six digits. */
  usual: DecimalText;
  price: DecimalText;
}

/**
 * Compares the unit price of each line item on each day of a span with the median of its last five days before that. Free
 * allowances, tiers and credits make true prices jump, so this refuses nothing. Days that follow one another are told once.
 * @param charges of the span and of `PRICE_HISTORY_DAYS` before it, in any order
 */
export function findPriceJumps(charges: readonly DailyCharge[], span: DaySpan): UnitPriceJump[] {
  const inOrder = [...charges].sort((a, b) => (a.day < b.day ? -1 : 1));
  const items = groupInto(inOrder, ({ lineItem, currency, unit }) => [lineItem, currency, unit]);
  return items.flatMap((days) => jumpsOf(days, span));
}

function jumpsOf(days: readonly DailyCharge[], { since, until }: DaySpan): UnitPriceJump[] {
  const jumps: UnitPriceJump[] = [];
  let told = false;
  days.forEach((charge, index) => {
    const { day, lineItem, currency, unit, cost, quantity } = charge;
    const before = days.slice(Math.max(0, index - COMPARED_DAYS), index);
    const usual = medianPrice(before.filter((each) => each.day >= addDays(day, -PRICE_HISTORY_DAYS)));
    const price = priceOf(charge);
    const factor = usual === null ? 0n : factorBetween(usual, price);
    const least = usual !== null && cost < LEAST_AMOUNT && (usual * quantity) / ONE < LEAST_AMOUNT;
    const isJump = usual !== null && factor > LARGEST_FACTOR * ONE && !least;
    if (isJump && !told && day >= since && day <= until) {
      const rounded = Number((factor + ONE / 2n) / ONE);
      jumps.push({
        day,
        lineItem,
        currency,
        unit,
        factor: rounded,
        usual: shortenPrice(usual),
        price: shortenPrice(price),
      });
    }
    told = isJump;
  });
  return jumps;
}

function priceOf({ cost, quantity }: DailyCharge): Decimal {
  return ratio(cost, quantity);
}

function medianPrice(days: readonly DailyCharge[]): Decimal | null {
  const prices = days.map(priceOf).sort(compare);
  return prices[Math.floor(prices.length / 2)] ?? null;
}

/** The larger divided by the smaller, scaled as a decimal; zero where one of them is too small to tell. */
function factorBetween(a: Decimal, b: Decimal): Decimal {
  const [low, high] = a < b ? [a, b] : [b, a];
  return low === ZERO ? ZERO : ratio(high, low);
}

/** A price for the eye, of six digits. */
export function shortenPrice(price: Decimal): DecimalText {
  const drop = price.toString().length - SIGNIFICANT_DIGITS;
  return drop <= 0 ? formatDecimal(price) : formatDecimal(round(price, SCALE - drop));
}
