import type { ExportRow } from '../../domain/export.js';
import { readModelName } from '../../domain/model-names.js';
import type { ProviderFacts } from '../../domain/provider.js';
import { inCapitals } from './units.js';

interface Sold {
  unit: string;
  /** What this SKU counts on other days was not counted. */
  isUncounted: boolean;
}

export interface Sku {
  id: string;
  priceId: string;
  meter: string;
  /** Properties of the price, as JSON. */
  details: string | null;
}

/**
 * What was sold: the line item without its currency, and its price with it. Where bills count a SKU on some days only, the
 * uncounted rest is a SKU of its own, so that each has one unit.
 */
export function skuOf(row: ExportRow, provider: ProviderFacts, { unit, isUncounted }: Sold): Sku {
  const item = withoutCurrency(row);
  const id = `${provider.id}: ${item}${isUncounted ? ' (not counted)' : ''}`;
  return { id, priceId: `${id} | ${row.currency} | ${unit}`, meter: meterOf(row, item), details: detailsOf(row) };
}

function withoutCurrency({ lineItem, currency }: ExportRow): string {
  const suffix = ` [${currency}]`;
  const item = lineItem.endsWith(suffix) ? lineItem.slice(0, -suffix.length) : lineItem;
  return item.trim() === '' ? 'unspecified' : item;
}

/** What is counted, such as `Cached Input Tokens`; else the line item without the words it was split by. */
function meterOf(row: ExportRow, item: string): string {
  if (row.tokenType !== null && row.tokenType !== '')
    return inCapitals(row.tokenType.replace(/^uncached_/, '').replace('.ephemeral', ''));
  let meter = item;
  for (const word of ['Correction', row.costType, row.model, row.inferenceGeo, row.serviceTier, row.contextWindow]) {
    const split = ` · ${word ?? ''}`;
    if (meter.endsWith(split) && meter.length > split.length) meter = meter.slice(0, -split.length);
  }
  return meter;
}

function detailsOf({ model, modality, tokenType, serviceTier, contextWindow, inferenceGeo }: ExportRow): string | null {
  const { family, developer } = readModelName(model ?? '');
  const details = {
    x_ModelId: model,
    x_ModelFamily: family,
    x_ModelDeveloper: developer,
    x_Modality: modality,
    x_TokenType: tokenType,
    x_ServiceTier: serviceTier,
    x_ContextWindow: contextWindow,
    x_InferenceGeo: inferenceGeo,
  };
  const known = Object.entries(details).filter(([, value]) => value !== null && value !== '');
  return known.length === 0 ? null : JSON.stringify(Object.fromEntries(known));
}
