import type { UsageUnit } from './token-types.js';
import type { Day } from './day.js';
import { proportion, type Decimal } from './decimal.js';
import type { ProviderId } from './provider.js';
import type { UsageDimensions } from './usage.js';
import { groupBy } from './group-into.js';

/** What a price is for. The empty text stands for the usual case: any model, context window `0-200k`, geography `global`. */
export interface PriceKey {
  provider: ProviderId;
  model: string;
  tokenType: string;
  /** `standard`, `batch`, `flex`, `priority`, … */
  tier: string;
  contextWindow: string;
  inferenceGeo: string;
  unit: UsageUnit;
}

/** A price that holds from a day until the next one of the same key. */
export interface Price extends PriceKey {
  validFrom: Day;
  /** ISO 4217, upper case. */
  currency: string;
  /** In major units, for `per` units of what is counted. */
  price: Decimal;
  per: Decimal;
  /** Where it was read, and when. */
  source: string;
}

/** A quantity as far as its price depends on it. */
export type Priceable = Pick<UsageDimensions, 'model' | 'serviceTier' | 'batch' | 'contextWindow' | 'inferenceGeo'> & {
  tokenType: string;
  unit: UsageUnit;
};

/** The tier of requests that are answered faster and cost more; the report of usage tells them by a dimension of their own. */
export const FAST = 'fast';

/** Counted, but charged by no provider: that it has no price says nothing. */
const NEVER_CHARGED = new Set(['requests']);

export function isCharged(tokenType: string): boolean {
  return !NEVER_CHARGED.has(tokenType);
}

/** OpenAI marks a batch apart from its tier, Anthropic as a tier; both call the usual tier by several names. */
export function tierOf({ serviceTier, batch }: Pick<UsageDimensions, 'serviceTier' | 'batch'>): string {
  if (batch === 'true') return 'batch';
  return serviceTier === '' || serviceTier === 'default' || serviceTier === 'auto' ? 'standard' : serviceTier;
}

/** The words under which prices are kept: the usual case of each is one word, however it was written. */
export function usual({
  tier,
  contextWindow,
  inferenceGeo,
}: Pick<PriceKey, 'tier' | 'contextWindow' | 'inferenceGeo'>) {
  return {
    tier: tierOf({ serviceTier: tier, batch: '' }),
    contextWindow: USUAL_WINDOWS.has(contextWindow) ? '' : contextWindow,
    inferenceGeo: USUAL_GEOS.has(inferenceGeo) ? '' : inferenceGeo,
  };
}

const USUAL_WINDOWS = new Set(['', '0-200k']);
const USUAL_GEOS = new Set(['', 'global', 'not_available']);
/** A dated release of a model costs what the model costs, unless it has a price of its own. */
const RELEASE_DATE = /-(?:\d{4}-\d{2}-\d{2}|\d{8})$/;

/** Prices by what they are for. Those a team brought itself go before those that ship with the tool. */
export class PriceBook {
  readonly #layers: Map<string, Price[]>[];

  constructor(...layers: (readonly Price[])[]) {
    this.#layers = layers.map(toLayer);
  }

  /** The price of a quantity on a day; null where there is none, which is not the same as free. */
  find(provider: ProviderId, what: Priceable, day: Day): Price | null {
    const { tokenType, unit } = what;
    const rest = {
      provider,
      tokenType,
      unit,
      ...usual({ ...what, tier: tierOf(what) }),
    };
    // A call of a tool costs the same wherever, and however long the prompt is, unless it has a price of its own.
    const ways =
      unit === 'requests' ? [rest, { ...rest, tier: 'standard', contextWindow: '', inferenceGeo: '' }] : [rest];
    for (const layer of this.#layers) {
      for (const way of ways) {
        for (const model of new Set([what.model, undated(what.model), ''])) {
          const held = layer.get(priceKey({ ...way, model }))?.find(({ validFrom }) => validFrom <= day);
          if (held !== undefined) return held;
        }
      }
    }
    return null;
  }
}

/** The name of a model without the date of its release. */
export function undated(model: string): string {
  return model.replace(RELEASE_DATE, '');
}

/** What a quantity costs at a price, exact to the 30th decimal. */
export function costOf(quantity: Decimal, { price, per }: Pick<Price, 'price' | 'per'>): Decimal {
  return proportion(quantity, price, per);
}

/** By key, the latest first. */
function toLayer(prices: readonly Price[]): Map<string, Price[]> {
  const layer = groupBy(prices, priceKey);
  for (const held of layer.values()) held.sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1));
  return layer;
}

export function priceKey({ provider, model, tokenType, tier, contextWindow, inferenceGeo, unit }: PriceKey): string {
  return JSON.stringify([provider, model, tokenType, tier, contextWindow, inferenceGeo, unit]);
}
