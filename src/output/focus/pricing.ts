import { formatDecimal, ratio, SCALE, ZERO, type Decimal } from '../../domain/decimal.js';
import type { ExportRow } from '../../domain/export.js';
import { focusUnit } from './units.js';

export interface Measured {
  /** `bill`, `usage`, or `cost` where nothing was counted. */
  source: 'bill' | 'usage' | 'cost';
  consumedQuantity: string;
  consumedUnit: string;
  pricingQuantity: string;
  pricingUnit: string;
  unitPrice: string;
}

const UNIT = 10n ** BigInt(SCALE);

/**
 * What was consumed and priced. The unit price is what was charged for one unit, and times the quantity it gives the cost to
 * the last digit; where no such price exists (a third of a cent, nothing counted) the charge is priced by its own amount: so
 * many units of the currency at 1 each.
 */
export function measure({ cost, currency, quantity, quantityUnit, quantitySource }: ExportRow): Measured {
  const amount = formatDecimal(cost);
  const counted =
    quantity === null || quantity < 0n || quantitySource === null
      ? { source: 'cost' as const, consumedQuantity: amount, consumedUnit: currency }
      : {
          source: quantitySource,
          consumedQuantity: formatDecimal(quantity),
          consumedUnit: focusUnit(quantityUnit),
        };
  const unitPrice = counted.source === 'cost' ? null : exactPrice(cost, quantity ?? ZERO);
  return unitPrice === null
    ? { ...counted, pricingQuantity: amount, pricingUnit: currency, unitPrice: '1' }
    : { ...counted, pricingQuantity: counted.consumedQuantity, pricingUnit: counted.consumedUnit, unitPrice };
}

/**
 * The price of one unit; null where it has no end within the scale of our decimals. Many readers multiply in binary floating
 * point: a price that only exact arithmetic turns into the cost would look wrong to them.
 */
function exactPrice(cost: Decimal, quantity: Decimal): string | null {
  if (quantity === 0n || (cost * UNIT) % quantity !== 0n) return null;
  const price = formatDecimal(ratio(cost, quantity));
  return Number(price) * Number(formatDecimal(quantity)) === Number(formatDecimal(cost)) ? price : null;
}
