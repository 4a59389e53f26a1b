import type { KeyedCost } from '../../domain/bucket.js';
import type { KeyedSource } from '../../domain/keyed-report.js';
import type { FactList } from './fact-list.js';

/** What API keys spent, as one source tells it. What that leaves over of the bill is a source of its own, under no key. */
export function keyedCostsOf(source: KeyedSource | `${KeyedSource} rest`): FactList<KeyedCost> {
  return {
    table: 'cost_by_api_key',
    constants: { source },
    key: {
      api_key_id: 'apiKeyId',
      line_item: 'lineItem',
      currency: 'currency',
      model: 'model',
      token_type: 'tokenType',
      service_tier: 'serviceTier',
      product: 'product',
    },
    alsoUnique: ['source'],
    texts: { quantity_unit: 'quantityUnit' },
    amounts: { cost: 'cost', quantity: 'quantity' },
    part: null,
    ledger: false,
    // Only the bill is guarded: its parts follow it.
    guard: { columns: ['currency'], of: ({ currency }) => currency, amount: ({ cost }) => cost, alone: false },
  };
}
