import type { EmulatedProvider, RowDraw, UsageDraw } from '../api.js';
import { padded } from '../tokens.js';
import { worldRow, type AnthropicDimensions, type WorldRow } from '../world.js';

/** A row of a random bill. */
export function generateRow({ projectId, index, amount, currency, random }: RowDraw): WorldRow {
  return worldRow({
    projectId,
    ...itemOf(index),
    currency: currency.toUpperCase(),
    amount: `"${padded(amount, random() < 0.5 ? 6 : 0)}"`,
  });
}

/** The same description for eight neighbours, which differ in context window, tier and geography alone. */
function itemOf(index: number): { lineItem: string; dimensions: AnthropicDimensions } {
  const model = `claude-sonnet-4-${Math.floor(index / 8) + 1}`;
  return {
    lineItem: `Claude Sonnet 4.${Math.floor(index / 8) + 1} Usage - Output Tokens`,
    dimensions: {
      costType: 'tokens',
      model,
      tokenType: 'output_tokens',
      contextWindow: index % 2 === 0 ? '0-200k' : '200k-1M',
      serviceTier: (index >> 1) % 2 === 0 ? 'standard' : 'batch',
      inferenceGeo: (index >> 2) % 2 === 0 ? 'global' : 'us',
    },
  };
}

/** A row of random usage. */
function generateUsageRow({ owner, model, random }: UsageDraw): UsageParts {
  const count = (most: number) => `${Math.floor(random() * most)}`;
  return {
    dimensions: {
      workspace_id: owner,
      api_key_id: 'apikey_1',
      model,
      service_tier: random() < 0.3 ? 'batch' : 'standard',
      context_window: '0-200k',
      inference_geo: random() < 0.8 ? 'global' : 'not_available',
    },
    measures: {
      uncached_input_tokens: count(1e7),
      'cache_creation.ephemeral_1h_input_tokens': count(1e5),
      'cache_creation.ephemeral_5m_input_tokens': count(1e5),
      cache_read_input_tokens: count(1e6),
      output_tokens: count(1e6),
      'server_tool_use.web_search_requests': count(20),
    },
  };
}

type UsageParts = ReturnType<EmulatedProvider['usage']['generateRow']>;

export const generatedUsage: EmulatedProvider['usage'] = { endpoints: ['messages'], generateRow: generateUsageRow };
