import type { CostLine } from '../../domain/bucket.js';
import type { FactList } from './fact-list.js';

type CostRow = Omit<CostLine, 'providerProjectName' | 'organizationId'>;

const COST_DATA = {
  table: 'cost_data',
  key: { line_item: 'lineItem' },
  alsoUnique: ['api_version'],
  texts: {
    currency: 'currency',
    quantity_unit: 'quantityUnit',
    model: 'model',
    modality: 'modality',
    cost_type: 'costType',
    token_type: 'tokenType',
    service_tier: 'serviceTier',
    context_window: 'contextWindow',
    inference_geo: 'inferenceGeo',
  },
  amounts: { cost: 'cost', quantity: 'quantity', list_cost: 'listCost' },
  part: null,
  guard: { columns: ['currency'], of: ({ currency }) => currency, amount: ({ cost }) => cost, alone: false },
} as const satisfies Partial<FactList<CostRow>>;

/** What was billed. */
export const BILLS: FactList<CostRow> = { ...COST_DATA, constants: { api_version: 'costs_v1' }, ledger: true };

/** What usage should cost: made anew from usage whenever that or a price changes, and so without a past of its own. */
export const ESTIMATES: FactList<CostRow> = { ...COST_DATA, constants: { api_version: 'usage_v1' }, ledger: false };
