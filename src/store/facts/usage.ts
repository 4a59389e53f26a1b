import type { UsageLine, UsageWidth } from '../../domain/usage.js';
import type { FactList } from './fact-list.js';

/** Quantities of one bucket width: the same usage is reported in each, and they are read and swept apart. */
export function usageOf(width: UsageWidth): FactList<UsageLine> {
  return {
    table: 'usage_data',
    constants: { bucket_width: width },
    key: {
      endpoint: 'endpoint',
      token_type: 'tokenType',
      unit: 'unit',
      model: 'model',
      service_tier: 'serviceTier',
      batch: 'batch',
      api_key_id: 'apiKeyId',
      context_window: 'contextWindow',
      inference_geo: 'inferenceGeo',
      detail: 'detail',
    },
    alsoUnique: [],
    texts: {},
    amounts: { quantity: 'quantity' },
    part: { column: 'endpoint', of: ({ endpoint }) => endpoint },
    ledger: false,
    guard: {
      columns: ['unit', 'endpoint'],
      amount: ({ quantity }) => quantity,
      of: ({ endpoint, unit }) => `${unit} of ${endpoint}`,
      alone: true,
    },
  };
}
