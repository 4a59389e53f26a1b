import type { ExportRow } from '../../domain/export.js';
import { ZERO } from '../../domain/decimal.js';
import type { ProviderFacts } from '../../domain/provider.js';
import { unitOf } from '../../domain/token-types.js';
import { isTokenType, legacyProvider, providerOf, withReading } from '../../providers/registry.js';
import { priceByAmount, priceByCount, type Priced } from './pricing.js';
import { skuOf, type Sku } from './sku.js';

const CATEGORIES = ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'] as const;
export type ChargeCategory = (typeof CATEGORIES)[number];

/** What the columns of FOCUS are made from. */
export interface Charge {
  row: ExportRow;
  provider: ProviderFacts;
  category: ChargeCategory;
  isCorrection: boolean;
  /** Null for taxes, which have no price. */
  sold: { priced: Priced; sku: Sku } | null;
}

/** Words of a bill for money that is given; everything else below zero takes back usage, or adjusts the bill. */
const CREDIT = /\b(?:credits?|grants?|promo\w*|coupons?|vouchers?|discounts?|incentives?|free|complimentary)\b/i;

export function toCharge(raw: ExportRow): Charge {
  const row = withReading(raw);
  const provider = row.provider === null ? legacyProvider() : providerOf(row.provider);
  const category = categoryOf(row);
  // Bills from files say so in the words behind the meter; no report of an API does.
  const isCorrection = isCategory(row.costType) && / · Correction(?: · |$| \[)/.test(row.lineItem);
  return { row, provider, category, isCorrection, sold: category === 'Tax' ? null : toSold(row, provider, category) };
}

function toSold(row: ExportRow, provider: ProviderFacts, category: ChargeCategory): NonNullable<Charge['sold']> {
  const { tokenType } = row;
  const counts = tokenType !== null && isTokenType(provider.id, tokenType) ? unitOf(tokenType) : null;
  const isCounted = category === 'Usage' || category === 'Purchase';
  const priced = (isCounted ? priceByCount(row, counts) : null) ?? priceByAmount(row);
  return { priced, sku: skuOf(row, provider, { ...priced, isUncounted: isCounted && priced.source === 'cost' }) };
}

/** The bill's own word where it comes from a file; else what an amount below zero is follows from its line item. */
function categoryOf({ cost, costType, lineItem, model, tokenType }: ExportRow): ChargeCategory {
  if (isCategory(costType)) return costType;
  if (cost >= ZERO) return 'Usage';
  if (CREDIT.test(lineItem)) return 'Credit';
  return model !== null || tokenType !== null ? 'Usage' : 'Adjustment';
}

function isCategory(word: string | null): word is ChargeCategory {
  return (CATEGORIES as readonly (string | null)[]).includes(word);
}
