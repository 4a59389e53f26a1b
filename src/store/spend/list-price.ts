import { ratio, type Decimal } from '../../domain/decimal.js';
import type { PriceBook } from '../../domain/price.js';
import { unitOf } from '../../domain/token-types.js';
import { isTokenType, withReading } from '../../providers/registry.js';
import type { Charge } from './usage-quantities.js';

/** What a unit of a charge costs by the price book, in the charge's currency; null where it has no price that day. */
export function listPriceOf(charge: Charge & { currency: string }, book: PriceBook): Decimal | null {
  const { provider, day, model, tokenType, serviceTier, contextWindow, inferenceGeo } = withReading(charge);
  if (provider === null || tokenType === null || !isTokenType(provider, tokenType)) return null;
  const words = {
    contextWindow: contextWindow ?? '',
    inferenceGeo: inferenceGeo ?? '',
    serviceTier: serviceTier ?? '',
  };
  const what = { ...words, model: model ?? '', batch: '', tokenType, unit: unitOf(tokenType) };
  const price = book.find(provider, what, day);
  return price === null || price.currency !== charge.currency ? null : ratio(price.price, price.per);
}
