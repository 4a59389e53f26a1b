import type { CostLine } from '../../src/domain/bucket.js';
import { endOfDay, parseDay, startOfDay } from '../../src/domain/day.js';
import { parseDecimal } from '../../src/domain/decimal.js';

/** A line of a bill with everything unusual left out: `line('2026-01-01', 'proj_1', 'gpt-5, input', '0.1')`. */
export function line(
  day: string,
  providerProjectId: string,
  lineItem: string,
  cost: string,
  change: Partial<CostLine> = {},
): CostLine {
  return {
    bucketStart: startOfDay(parseDay(day)),
    bucketEnd: endOfDay(parseDay(day)),
    providerProjectId,
    providerProjectName: null,
    organizationId: null,
    lineItem,
    currency: 'USD',
    cost: parseDecimal(cost),
    quantity: null,
    quantityUnit: null,
    model: null,
    costType: null,
    tokenType: null,
    serviceTier: null,
    contextWindow: null,
    inferenceGeo: null,
    ...change,
  };
}
