import type { UsageUnit } from '../domain/token-types.js';
import { parseDay } from '../domain/day.js';
import { parseDecimal } from '../domain/decimal.js';
import type { Price } from '../domain/price.js';
import type { ProviderId } from '../domain/provider.js';

/** An entry of a published price list. */
export interface Rate {
  model: string;
  tokenType: string;
  from: string;
  dollars: string;
  /** Default: tokens, a million of them, at the standard tier. */
  unit?: UsageUnit;
  per?: string;
  tier?: string;
  contextWindow?: string;
  inferenceGeo?: string;
  /** Powers of ten and a factor on the dollars, exact: half is 5 at -1. */
  times?: Factor;
}

export type Factor = [factor: bigint, shift: number];

export const HALF: Factor = [5n, -1];

/** The price of spend that the provider has already added up itself: a dollar costs a dollar. @param source where it says so */
export function ownEstimate(provider: ProviderId, source: string): Price {
  return toPrice(provider, source, {
    model: '',
    tokenType: 'byok_spend',
    from: '2020-01-01',
    dollars: '1',
    unit: 'dollars',
    per: '1',
  });
}

/** @param source where the list is published */
export function toPrice(
  provider: ProviderId,
  source: string,
  {
    model,
    tokenType,
    from,
    dollars,
    unit = 'tokens',
    per = '1000000',
    tier = 'standard',
    contextWindow = '',
    inferenceGeo = '',
    times = [1n, 0],
  }: Rate,
): Price {
  const [factor, shift] = times;
  return {
    provider,
    model,
    tokenType,
    tier,
    contextWindow,
    inferenceGeo,
    unit,
    validFrom: parseDay(from),
    currency: 'USD',
    price: (parseDecimal(dollars, shift) * factor) as Price['price'],
    per: parseDecimal(per),
    source,
  };
}
