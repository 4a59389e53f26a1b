import type { AnthropicDimensions } from './world.js';

/** What the demo's projects are charged for. Names and figures are invented; prices are of the usual order. */
export interface Charge {
  lineItem: string;
  quantityUnit: string | null;
  /** Billionths of a dollar a unit. */
  price: number;
  /** Dollars on an ordinary weekday. */
  daily: number;
  dimensions: AnthropicDimensions | null;
}

export interface DemoProject {
  id: string;
  name: string;
  /** Days before today on which it was archived; null is active. */
  archivedDaysAgo: number | null;
  /** Share of a weekday's spend that a weekend day has. */
  weekend: number;
  /** How much more it spends on the last of the 90 days than on the first. */
  growth: number;
  charges: Charge[];
}

/** Nanodollars a token for input, cached input and output. */
const MODELS: Record<string, [number, number, number]> = {
  'gpt-5': [1250, 125, 10_000],
  'gpt-5-mini': [250, 25, 2000],
  'gpt-5-nano': [50, 5, 400],
  'gpt-4o-2024-08-06': [2500, 1250, 10_000],
};

function tokens(model: string, daily: number): Charge[] {
  const [input = 0, cached = 0, output = 0] = MODELS[model] ?? [];
  const charge = { quantityUnit: 'tokens', dimensions: null };
  return [
    { ...charge, lineItem: `${model}, input`, price: input, daily: daily * 0.36 },
    { ...charge, lineItem: `${model}, cached input`, price: cached, daily: daily * 0.06 },
    { ...charge, lineItem: `${model}, output`, price: output, daily: daily * 0.58 },
  ];
}

function other(lineItem: string, quantityUnit: string | null, price: number, daily: number): Charge {
  return { lineItem, quantityUnit, price, daily, dimensions: null };
}

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

/** Acme Prod, OpenAI. */
export const PROD_PROJECTS: DemoProject[] = [
  {
    id: 'proj_search',
    name: 'Search',
    archivedDaysAgo: null,
    weekend: 0.72,
    growth: 1.45,
    charges: [
      ...tokens('gpt-5', 310),
      ...tokens('gpt-5-mini', 84),
      ...tokens('gpt-4o-2024-08-06', 62),
      other('text-embedding-3-large', 'tokens', 130, 21),
      other('Web search tool calls', null, 10_000_000, 34),
    ],
  },
  {
    id: 'proj_support',
    name: 'Support Bot',
    archivedDaysAgo: null,
    weekend: 0.88,
    growth: 1.1,
    charges: [
      ...tokens('gpt-5-mini', 118),
      ...tokens('gpt-5-nano', 12),
      ...tokens('gpt-4o-2024-08-06', 41),
      other('whisper-1', 'duration_minutes', 6_000_000, 9),
      other('tts-1-hd', 'characters', 30_000, 6),
    ],
  },
  {
    id: 'proj_recommend',
    name: 'Recommendations',
    archivedDaysAgo: null,
    weekend: 0.95,
    growth: 0.92,
    charges: [
      ...tokens('gpt-5-nano', 33),
      ...tokens('gpt-5-mini', 26),
      other('text-embedding-3-large', 'tokens', 130, 18),
      other('text-embedding-3-small', 'tokens', 20, 4),
      other('Vector store storage', 'gibibyte_hours', 4_166_667, 3),
    ],
  },
];

/** Acme Labs, OpenAI. */
export const LABS_PROJECTS: DemoProject[] = [
  {
    id: 'proj_sandbox',
    name: 'Sandbox',
    archivedDaysAgo: null,
    weekend: 0.2,
    growth: 1.6,
    charges: [
      ...tokens('gpt-5', 9),
      ...tokens('gpt-4o-2024-08-06', 4),
      other('gpt-image-1, images', 'images', 42_000_000, 5),
      other('Code interpreter sessions', null, 30_000_000, 1.2),
    ],
  },
  {
    id: 'proj_evals',
    name: 'Evals',
    archivedDaysAgo: 16,
    weekend: 0.35,
    growth: 1,
    charges: [...tokens('gpt-5', 38), ...tokens('gpt-5-mini', 11), ...tokens('gpt-5-nano', 3)],
  },
];

/** Acme EU, Anthropic. */
export const EU_PROJECTS: DemoProject[] = [
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
export const EU_DEFAULT: DemoProject = {
  id: '',
  name: '',
  archivedDaysAgo: null,
  weekend: 0.5,
  growth: 1,
  charges: claude(SONNET, 7),
};
