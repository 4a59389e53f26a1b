import type { ChargeDraw, EmulatedProvider } from '../api.js';
import { isMonday, isWeekend, type Charge, type DemoProject } from '../demo-world.js';
import { amountToken, priced } from '../tokens.js';
import { worldRow, type WorldRow } from '../world.js';

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

/** Acme Prod, OpenAI. */
const PROD_PROJECTS: DemoProject[] = [
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
const LABS_PROJECTS: DemoProject[] = [
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

function toRow({ projectId, lineItem, quantityUnit, price, quantity, random }: ChargeDraw): WorldRow {
  const draw = random();
  const form = draw < 0.12 ? 'string' : draw < 0.2 ? 'exponent' : 'plain';
  const amount = amountToken(priced(quantity, price), form);
  return worldRow({ projectId, lineItem, amount, quantity: `${quantity}`, quantityUnit });
}

export const demo: EmulatedProvider['demo'] = {
  organizations: [
    {
      id: 'org-acmeprod',
      name: 'Acme Prod',
      secret: 'sk-admin-demo-acme-prod-not-a-real-key',
      projects: PROD_PROJECTS,
      ownRows: (day) => [
        worldRow({ lineItem: 'Scale Tier', amount: '20.00' }),
        ...(isMonday(day) ? [worldRow({ lineItem: 'Promotional credit', amount: '-75.5' })] : []),
      ],
    },
    {
      id: 'org-acmelabs',
      name: 'Acme Labs',
      secret: 'sk-admin-demo-acme-labs-not-a-real-key',
      projects: LABS_PROJECTS,
      ownRows: (day) =>
        isWeekend(day)
          ? []
          : [worldRow({ projectId: 'proj_sandbox', amount: '3.1e-1' }), worldRow({ amount: '4.2e-2' })],
    },
  ],
  toRow,
};
