import { add, formatDecimal, parseDecimal, subtract, ZERO, type Decimal, type DecimalText } from './decimal.js';

/** An exact amount in one currency. */
export interface Money {
  readonly currency: string;
  /** In major units (dollars). */
  readonly cost: Decimal;
}

/** An amount as JSON documents carry it: the exact decimal as text. */
export interface MoneyDocument {
  currency: string;
  cost: DecimalText;
}

/** An amount however it is at hand; null is unknown, which adds nothing. */
type Amount = { readonly currency: string; readonly cost: Decimal | DecimalText | null };

/**
 * Exact sums, one a currency: the only way in which amounts of several currencies are added up, so that two currencies
 * never are. A currency that was added stays, even at zero.
 */
export class Sums implements Iterable<Money> {
  readonly #sums = new Map<string, Decimal>();

  constructor(amounts: Iterable<Amount> = []) {
    for (const amount of amounts) this.add(amount);
  }

  add({ currency, cost }: Amount): void {
    if (cost === null) return;
    this.#sums.set(currency, add(this.in(currency), typeof cost === 'string' ? parseDecimal(cost) : cost));
  }

  /** The sum in one currency; zero where nothing was added in it. */
  in(currency: string): Decimal {
    return this.#sums.get(currency) ?? ZERO;
  }

  /** These less the others, in every currency that either has. */
  minus(others: Sums): Sums {
    const currencies = new Set([...this.currencies, ...others.currencies]);
    return new Sums(
      [...currencies].map((currency) => ({ currency, cost: subtract(this.in(currency), others.in(currency)) })),
    );
  }

  /** In the order of the alphabet. */
  get currencies(): string[] {
    return [...this.#sums.keys()].sort();
  }

  *[Symbol.iterator](): Generator<Money> {
    for (const currency of this.currencies) yield { currency, cost: this.in(currency) };
  }

  toDocuments(): MoneyDocument[] {
    return [...this].map(toMoneyDocument);
  }
}

export function toMoneyDocument({ currency, cost }: Money): MoneyDocument {
  return { currency, cost: formatDecimal(cost) };
}
