import { endOfDay, parseDay, startOfDay } from '../../src/domain/day.js';
import { parseDecimal } from '../../src/domain/decimal.js';
import type { ExportRow } from '../../src/domain/export.js';

export const DAY = parseDay('2026-10-05');

export type Given = Partial<Omit<ExportRow, 'cost' | 'quantity' | 'listCost' | 'listUnitPrice'>> & {
  cost: string;
  quantity?: string;
  listCost?: string;
  listUnitPrice?: string;
};

/** A charge of OpenAI for input of GPT-5, as far as nothing else is given. */
export function charge({ cost, quantity, listCost, listUnitPrice, ...rest }: Given): ExportRow {
  const day = rest.day ?? DAY;
  const decimal = (text: string | undefined) => (text === undefined ? null : parseDecimal(text));
  return {
    ...{ id: 'row-1', team: { id: 'team-1', name: 'acme' }, day },
    ...{ bucketStart: startOfDay(day), bucketEnd: endOfDay(day) },
    ...{ provider: 'openai', organizationId: 'org-1', organization: 'Prod' },
    ...{ projectId: 'search', project: 'Search', providerProjectId: 'proj_1', linked: true },
    ...{ lineItem: 'gpt-5, input', model: null, modality: null, costType: null, tokenType: null, serviceTier: null },
    ...{ contextWindow: null, inferenceGeo: null, quantityUnit: null, currency: 'USD', estimated: false, tags: {} },
    ...{ apiKeyId: null, apiKeyName: null, billReport: null, isOfAllServices: false },
    ...rest,
    quantitySource: rest.quantitySource ?? (quantity === undefined ? null : 'bill'),
    cost: parseDecimal(cost),
    quantity: decimal(quantity),
    listCost: decimal(listCost),
    listUnitPrice: decimal(listUnitPrice),
  };
}
