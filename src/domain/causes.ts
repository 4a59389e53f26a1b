import {
  absolute,
  add,
  compare,
  formatDecimal,
  parseDecimal,
  proportion,
  ratio,
  SCALE,
  subtract,
  sum,
  ZERO,
  type Decimal,
} from './decimal.js';
import type { ReportGroup } from './dimensions.js';
import { EFFECTS, type Effect } from './effects.js';
import type { Cause } from './explanation.js';
import type { Family, Measured, MeasuredLine, PairedLine } from './families.js';
import { shortenPrice } from './unit-prices.js';

/** Less than a provider's own rounding moves nothing. */
const LEAST = parseDecimal('0.000001');

type ExactCause = Omit<Cause, 'amount'> & { amount: Decimal };

/** What moved a group: each effect that its families have, with what is behind most of it. */
export function causesOf(
  group: ReportGroup & { currency: string },
  families: readonly Family[],
  { now, before }: { now: Decimal; before: Decimal },
): ExactCause[] {
  const parts = families.flatMap(({ measured }) => measured);
  const measured = EFFECTS.filter((effect) => effect !== 'other').flatMap((effect) => {
    const amount = sum(parts.map(({ effects }) => effects[effect]));
    const [main] = towards(amount, parts, ({ effects }) => effects[effect]);
    return main === undefined || absolute(amount) < LEAST
      ? []
      : [{ ...group, effect, amount, ...describe[effect](main, amount, parts) }];
  });
  const others = families.flatMap((family) => family.others);
  const credits = others.filter(isCredit);
  return [
    ...measured.map((cause) => ({
      ...cause,
      ...(cause.effect === 'new' ? { whole: before === ZERO } : {}),
      ...(cause.effect === 'gone' ? { whole: now === ZERO } : {}),
    })),
    ...otherCause(group, credits, 'credit'),
    ...otherCause(
      group,
      others.filter((line) => !isCredit(line)),
      'no-quantity',
    ),
  ];
}

function otherCause(
  group: ReportGroup & { currency: string },
  lines: readonly PairedLine[],
  reason: 'credit' | 'no-quantity',
): ExactCause[] {
  const amount = sum(lines.map(riseOf));
  const [main] = towards(amount, lines, riseOf);
  return main === undefined || absolute(amount) < LEAST
    ? []
    : [{ ...group, effect: 'other', amount, name: main.lineItem, reason }];
}

type Detail = Omit<Cause, keyof ReportGroup | 'effect' | 'amount' | 'currency'>;

/** What of the largest part of an effect is worth telling. */
const describe: Record<
  Exclude<Effect, 'other'>,
  (main: Measured, amount: Decimal, parts: readonly Measured[]) => Detail
> = {
  volume: (main, amount, parts) => {
    // Of all that counts the same: more requests need more of every kind of token.
    const lines = parts.filter(({ unit }) => unit === main.unit).flatMap((part) => part.lines);
    const of = (side: 'before' | 'now') => formatDecimal(sum(lines.map(({ priced }) => priced[side].quantity)));
    const [top] = towards(amount, main.lines, riseOf);
    return { name: nameOf(top), quantity: { before: of('before'), now: of('now'), unit: main.unit } };
  },
  price: (main, amount) => {
    const both = main.lines.filter(({ priced: { before, now } }) => before.quantity > ZERO && now.quantity > ZERO);
    const [top] = towards(amount, both, priceRise).filter((line) => priceRise(line) > ZERO === amount > ZERO);
    if (top === undefined) return { name: nameOf(main.lines[0]) };
    const { before, now } = top.priced;
    const price = { before: unitPrice(before), now: unitPrice(now), unit: main.unit };
    return { name: nameOf(top), price };
  },
  mix: (main) => {
    const [q0, q1] = (['before', 'now'] as const).map((side) =>
      sum(main.lines.map(({ priced }) => priced[side].quantity)),
    );
    const shift = ({ priced }: MeasuredLine) => priced.now.quantity * (q0 ?? 0n) - priced.before.quantity * (q1 ?? 0n);
    const ordered = [...main.lines].sort((a, b) => (shift(a) < shift(b) ? -1 : 1));
    const [from, to] = [ordered[0], ordered.at(-1)];
    const [old, name] = [nameOf(from), nameOf(to)];
    return old === name ? { name: to?.lineItem ?? '', from: from?.lineItem ?? '' } : { name, from: old };
  },
  new: (main, amount) => ({ name: nameOf(towards(amount, main.lines, riseOf)[0]) }),
  gone: (main, amount) => ({ name: nameOf(towards(amount, main.lines, riseOf)[0]) }),
};

function nameOf(line: PairedLine | undefined): string {
  return line?.model ?? line?.lineItem ?? '';
}

function isCredit({ before, now }: PairedLine): boolean {
  return [before, now].some((line) => line !== undefined && (line.hasCredit || line.cost < ZERO));
}

function riseOf({ before, now }: PairedLine): Decimal {
  return subtract(now?.cost ?? ZERO, before?.cost ?? ZERO);
}

/** By how much the quantities of both sides got dearer. */
function priceRise({ priced: { before, now } }: MeasuredLine): Decimal {
  const rise = subtract(ratio(now.cost, now.quantity), ratio(before.cost, before.quantity));
  return proportion(rise, add(before.quantity, now.quantity), 10n ** BigInt(SCALE));
}

function unitPrice({ cost, quantity }: MeasuredLine['priced']['now']): string {
  return shortenPrice(ratio(cost, quantity));
}

/** What did most of an amount first: what moved the other way, however far, is not behind it. */
function towards<T>(amount: Decimal, items: readonly T[], valueOf: (item: T) => Decimal): T[] {
  return [...items].sort((a, b) => (amount < ZERO ? compare(valueOf(a), valueOf(b)) : compare(valueOf(b), valueOf(a))));
}
