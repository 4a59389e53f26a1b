import type { ChargeDraw, EmulatedProvider } from '../api.js';
import type { Charge, DemoProject } from '../demo-world.js';
import { padded, priced } from '../tokens.js';
import { worldRow, type AnthropicDimensions, type WorldRow } from '../world.js';

const CLAUDE: Record<string, { name: string; price: number }> = {
  'claude-sonnet-4-5-20250929': { name: 'Claude Sonnet 4.5', price: 3000 },
  'claude-haiku-4-5-20251001': { name: 'Claude Haiku 4.5', price: 1000 },
  'claude-opus-4-5-20251101': { name: 'Claude Opus 4.5', price: 5000 },
};

/** One description a token type, each of which recurs where the bill splits it further. */
function claude(model: string, daily: number, split: Partial<AnthropicDimensions> = {}): Charge[] {
  const { name, price } = CLAUDE[model] ?? { name: model, price: 3000 };
  const kinds = [
    { kind: 'Input Tokens', tokenType: 'uncached_input_tokens', times: 1, share: 0.34 },
    { kind: 'Output Tokens', tokenType: 'output_tokens', times: 5, share: 0.6 },
    { kind: 'Input Tokens, Cache Read', tokenType: 'cache_read_input_tokens', times: 0.1, share: 0.06 },
  ];
  const usual = { contextWindow: '0-200k', serviceTier: 'standard', inferenceGeo: 'global' };
  return kinds.map(({ kind, tokenType, times, share }) => ({
    lineItem: `${name} Usage - ${kind}`,
    quantityUnit: 'tokens',
    price: Math.round(price * times),
    daily: daily * share,
    dimensions: { ...usual, costType: 'tokens', model, tokenType, ...split },
  }));
}

function claudeTool(lineItem: string, costType: string, price: number, daily: number): Charge {
  const dimensions = {
    costType,
    model: null,
    tokenType: null,
    contextWindow: null,
    serviceTier: null,
    inferenceGeo: null,
  };
  return { lineItem, quantityUnit: null, price, daily, dimensions };
}

const SONNET = 'claude-sonnet-4-5-20250929';
const HAIKU = 'claude-haiku-4-5-20251001';

/** Acme EU, Anthropic. */
const EU_PROJECTS: DemoProject[] = [
  {
    id: 'wrkspc_assistant',
    name: 'Assistant',
    archivedDaysAgo: null,
    weekend: 0.55,
    growth: 1.3,
    charges: [
      ...claude(SONNET, 205),
      ...claude(SONNET, 58, { contextWindow: '200k-1M' }),
      ...claude(SONNET, 24, { serviceTier: 'batch' }),
      ...claude(HAIKU, 31),
      claudeTool('Web Search Usage', 'web_search', 10_000_000, 12),
      claudeTool('Code Execution Usage', 'code_execution', 50_000_000, 2),
    ],
  },
  {
    id: 'wrkspc_documents',
    name: 'Documents',
    archivedDaysAgo: null,
    weekend: 0.3,
    growth: 1.05,
    charges: [
      ...claude('claude-opus-4-5-20251101', 76),
      ...claude(SONNET, 30),
      ...claude(SONNET, 14, { contextWindow: '200k-1M', serviceTier: 'batch' }),
    ],
  },
  {
    id: 'wrkspc_translate',
    name: 'Translation',
    archivedDaysAgo: null,
    weekend: 0.6,
    growth: 0.85,
    charges: [
      ...claude(HAIKU, 44),
      ...claude(HAIKU, 17, { inferenceGeo: 'us' }),
      ...claude(HAIKU, 9, { serviceTier: 'batch' }),
    ],
  },
];

/** The default workspace, which the bill calls null. */
const EU_DEFAULT: DemoProject = {
  id: '',
  name: '',
  archivedDaysAgo: null,
  weekend: 0.5,
  growth: 1,
  charges: claude(SONNET, 7),
};

function toRow({ projectId, lineItem, dimensions, quantity, price }: ChargeDraw): WorldRow {
  return worldRow({ projectId, lineItem, dimensions, amount: `"${padded(priced(quantity, price, 2), 6)}"` });
}

export const demo: EmulatedProvider['demo'] = {
  organizations: [
    {
      id: '6f1b7a0e-8b0d-4c53-9a57-3d2f1c0b9e11',
      name: 'Acme EU',
      secret: 'sk-ant-admin01-demo-acme-eu-not-a-real-key',
      projects: EU_PROJECTS,
      own: EU_DEFAULT,
    },
  ],
  toRow,
};
