import { parseDecimal, product, quotient, round, ZERO, type Decimal } from '../../domain/decimal.js';
import type { ExportRow } from '../../domain/export.js';
import type { UsageUnit } from '../../domain/token-types.js';
import { inUnits } from './units.js';

/** What was consumed, and at what price. Each cost is the product of its unit price and the quantity, to the last digit. */
export interface Priced {
  /** `bill`, `usage`, or `cost` where nothing was counted. */
  source: 'bill' | 'usage' | 'cost';
  /** Of what is consumed and priced alike. */
  unit: string;
  consumedQuantity: Decimal;
  pricingQuantity: Decimal;
  listUnitPrice: Decimal;
  listCost: Decimal;
  contractedUnitPrice: Decimal;
  contractedCost: Decimal;
}

/** Unit prices are rounded once, to so many decimals: what floats of a provider leave behind lies beyond. */
const PRICE_DECIMALS = 18;
/** With those of a price, no more than a DECIMAL(38,28) keeps. */
const QUANTITY_DECIMALS = 10;
/** As many as files that know types keep of a quantity: an amount with more of them is priced without the rest. */
const AMOUNT_DECIMALS = 22;
const ONE = parseDecimal('1');

/**
 * Prices a charge by what its SKU counts. The list price is gross where the provider tells it, else of the price book, else
 * what was billed. Null where nothing was counted, or what was counted has no price.
 * @param counts what the SKU counts, where its words tell
 */
export function priceByCount(row: ExportRow, counts: UsageUnit | null): Priced | null {
  const { cost, listUnitPrice } = row;
  if (row.quantity === null || row.quantitySource === null) return null;
  const { quantity, unit } = inUnits(row.quantity, row.quantityUnit, counts);
  const pricingQuantity = round(quantity, QUANTITY_DECIMALS);
  const sold = { source: row.quantitySource, unit, consumedQuantity: quantity, pricingQuantity };
  if (pricingQuantity === ZERO)
    return cost === ZERO && listUnitPrice !== null ? priced(sold, listUnitPrice, listUnitPrice) : null;
  const unitPriceOf = (amount: Decimal) => quotient(amount, pricingQuantity, PRICE_DECIMALS);
  // A price below zero is none: such a quantity did not cost this.
  if (unitPriceOf(cost) < ZERO) return null;
  const gross = grossOf(row);
  return priced(sold, gross === null ? (listUnitPrice ?? unitPriceOf(cost)) : unitPriceOf(gross), unitPriceOf(cost));
}

/** What an amount that is priced itself is counted in: one unit of a SKU, whatever currencies it is billed in. */
const CURRENCY_UNITS = 'Currency Units';

/** Prices a charge by its own amount before discounts: so many units of the currency at 1 each. */
export function priceByAmount(row: ExportRow): Priced {
  const { cost } = row;
  const gross = round(grossOf(row) ?? ZERO, QUANTITY_DECIMALS);
  const discounted = gross !== ZERO && grossOf(row) !== cost;
  const pricingQuantity = discounted ? gross : round(cost, AMOUNT_DECIMALS);
  const sold = { source: 'cost' as const, unit: CURRENCY_UNITS, consumedQuantity: pricingQuantity, pricingQuantity };
  return priced(sold, ONE, discounted ? quotient(cost, gross, PRICE_DECIMALS) : ONE);
}

/** Before discounts; null where that is not told, or is less than nothing and the charge is not. */
function grossOf({ cost, listCost }: ExportRow): Decimal | null {
  return listCost === null || listCost < ZERO !== cost < ZERO ? null : listCost;
}

function priced(
  sold: Pick<Priced, 'source' | 'unit' | 'consumedQuantity' | 'pricingQuantity'>,
  list: Decimal,
  contracted: Decimal,
): Priced {
  const listUnitPrice = round(list, PRICE_DECIMALS);
  const { pricingQuantity } = sold;
  return {
    ...sold,
    listUnitPrice,
    listCost: product(listUnitPrice, pricingQuantity),
    contractedUnitPrice: contracted,
    contractedCost: product(contracted, pricingQuantity),
  };
}
