import { parseDay } from './day.js';
import { parseDecimal } from './decimal.js';
import type { Price } from './price.js';
import type { ProviderId } from './provider.js';
import type { UsageUnit } from './usage.js';

/** The day the book was last compared with its sources. `prices check` says so when that is long ago. */
export const LIST_PRICES_READ_ON = parseDay('2026-11-23');

const ANTHROPIC = 'https://platform.claude.com/docs/en/about-claude/pricing (list price)';
const OPENAI = 'https://developers.openai.com/api/docs/pricing (list price)';

/** Dollars for a million: input, cache writes for 5 minutes and an hour, cache reads, output. A batch costs half of all. */
const CLAUDE: [model: string, from: string, rates: string, worldwideOnly?: boolean][] = [
  ['claude-opus-5', '2026-07-24', '5 6.25 10 0.50 25'],
  ['claude-opus-4-8', '2026-06-30', '5 6.25 10 0.50 25'],
  ['claude-opus-4-7', '2026-04-17', '5 6.25 10 0.50 25'],
  ['claude-opus-4-6', '2026-02-05', '5 6.25 10 0.50 25'],
  ['claude-opus-4-5', '2025-11-24', '5 6.25 10 0.50 25', true],
  ['claude-opus-4-1', '2025-08-05', '15 18.75 30 1.50 75', true],
  ['claude-opus-4', '2025-05-22', '15 18.75 30 1.50 75', true],
  ['claude-sonnet-5-5', '2026-09-29', '2 2.50 4 0.20 10'],
  ['claude-sonnet-5-5', '2026-10-07', '2 2.50 4 0.10 10'],
  ['claude-sonnet-5', '2026-06-30', '2 2.50 4 0.20 10'],
  ['claude-sonnet-4-6', '2026-02-17', '3 3.75 6 0.30 15'],
  ['claude-sonnet-4-5', '2025-09-29', '3 3.75 6 0.30 15', true],
  ['claude-sonnet-4', '2025-05-22', '3 3.75 6 0.30 15', true],
  ['claude-3-7-sonnet', '2025-02-24', '3 3.75 6 0.30 15', true],
  ['claude-haiku-4-5', '2025-10-15', '1 1.25 2 0.10 5', true],
  ['claude-3-5-haiku', '2024-12-05', '0.80 1 1.60 0.08 4', true],
  ['claude-3-opus', '2024-03-04', '15 18.75 30 1.50 75', true],
  ['claude-3-haiku', '2024-03-13', '0.25 0.30 0.50 0.03 1.25', true],
];

const CLAUDE_TOKENS = [
  'uncached_input_tokens',
  'cache_creation.ephemeral_5m_input_tokens',
  'cache_creation.ephemeral_1h_input_tokens',
  'cache_read_input_tokens',
  'output_tokens',
];

/** Dollars for a million: input, cached input, output; `-` where there is none. A batch costs half of input and output. */
const GPT: [model: string, from: string, rates: string, cachedInBatch?: boolean][] = [
  ['gpt-5.5', '2026-04-24', '5 0.50 30', true],
  ['gpt-5.5-pro', '2026-04-24', '30 - 180'],
  ['gpt-5.4', '2026-03-05', '2.50 0.25 15', true],
  ['gpt-5.4-mini', '2026-03-17', '0.75 0.075 4.50', true],
  ['gpt-5.4-nano', '2026-03-17', '0.20 0.02 1.25', true],
  ['gpt-5.2', '2025-12-11', '1.75 0.175 14', true],
  ['gpt-5.2-pro', '2025-12-11', '21 - 168'],
  ['gpt-5.1', '2025-11-13', '1.25 0.125 10', true],
  ['gpt-5', '2025-08-07', '1.25 0.125 10', true],
  ['gpt-5-mini', '2025-08-07', '0.25 0.025 2', true],
  ['gpt-5-nano', '2025-08-07', '0.05 0.005 0.40', true],
  ['gpt-5-codex', '2025-09-23', '1.25 0.125 10'],
  ['gpt-5-pro', '2025-10-06', '15 - 120'],
  ['gpt-4.1', '2025-04-14', '2 0.50 8'],
  ['gpt-4.1-mini', '2025-04-14', '0.40 0.10 1.60'],
  ['gpt-4.1-nano', '2025-04-14', '0.10 0.025 0.40'],
  ['gpt-4o', '2024-10-02', '2.50 1.25 10'],
  ['gpt-4o-2024-05-13', '2024-05-13', '5 - 15'],
  ['gpt-4o-mini', '2024-10-02', '0.15 0.075 0.60'],
  ['o1', '2024-12-17', '15 7.50 60'],
  ['o3', '2025-06-10', '2 0.50 8'],
  ['o3-mini', '2025-01-31', '1.10 0.55 4.40'],
  ['o4-mini', '2025-04-16', '1.10 0.275 4.40'],
  ['gpt-3.5-turbo', '2024-02-16', '0.50 - 1.50'],
];

/** Dollars for a million tokens in. */
const EMBEDDINGS: [model: string, from: string, rate: string][] = [
  ['text-embedding-3-small', '2024-01-25', '0.02'],
  ['text-embedding-3-large', '2024-01-25', '0.13'],
  ['text-embedding-ada-002', '2023-06-13', '0.10'],
];

interface Rate {
  provider: ProviderId;
  model: string;
  tokenType: string;
  from: string;
  dollars: string;
  unit?: UsageUnit;
  per?: string;
  tier?: string;
  inferenceGeo?: string;
  /** Powers of ten and a factor on the dollars, exact: half is 5 at -1. */
  times?: Factor;
}

type Factor = [factor: bigint, shift: number];

const HALF: Factor = [5n, -1];
/** Inference kept in the US costs a tenth more, of the models that offer it. */
const US: Factor = [11n, -1];
const US_HALF: Factor = [55n, -2];

/**
 * List prices as the providers publish them: what a team pays may differ, and its own prices go first. Usage reports do not
 * say how long a prompt was, so a surcharge on long ones is not in here, nor are models priced by that alone.
 */
export const LIST_PRICES: readonly Price[] = [...claudePrices(), ...gptPrices(), ...otherPrices()].map(toPrice);

function claudePrices(): Rate[] {
  const models = CLAUDE.flatMap(([model, from, rates, worldwideOnly]) =>
    rates.split(' ').flatMap((dollars, index): Rate[] => {
      const rate = { provider: 'anthropic' as const, model, from, dollars, tokenType: CLAUDE_TOKENS[index] ?? '' };
      const worldwide: Rate[] = [rate, { ...rate, tier: 'batch', times: HALF }];
      if (worldwideOnly === true) return worldwide;
      return [
        ...worldwide,
        { ...rate, inferenceGeo: 'us', times: US },
        { ...rate, inferenceGeo: 'us', tier: 'batch', times: US_HALF },
      ];
    }),
  );
  const search = {
    provider: 'anthropic' as const,
    model: '',
    tokenType: 'web_search_requests',
    from: '2025-05-07',
    dollars: '10',
    unit: 'requests' as const,
    per: '1000',
  };
  return [...models, search, { ...search, tier: 'batch' }];
}

function gptPrices(): Rate[] {
  return GPT.flatMap(([model, from, rates, cachedInBatch]) => {
    const [input = '-', cached = '-', output = '-'] = rates.split(' ');
    const rate = (tokenType: string, dollars: string, batch: boolean): Rate[] => {
      const one = { provider: 'openai' as const, model, from, tokenType, dollars };
      if (dollars === '-') return [];
      return batch ? [one, { ...one, tier: 'batch', times: HALF }] : [one];
    };
    return [
      ...rate('uncached_input_tokens', input, true),
      ...rate('cached_input_tokens', cached, cachedInBatch === true),
      ...rate('output_tokens', output, true),
    ];
  });
}

function otherPrices(): Rate[] {
  const embeddings = EMBEDDINGS.map(([model, from, dollars]): Rate => ({
    provider: 'openai',
    model,
    from,
    dollars,
    tokenType: 'uncached_input_tokens',
  }));
  const speech = {
    provider: 'openai' as const,
    tokenType: 'characters',
    unit: 'characters' as const,
    from: '2023-11-06',
  };
  return [
    ...embeddings,
    { ...speech, model: 'tts-1', dollars: '15' },
    { ...speech, model: 'tts-1-hd', dollars: '30' },
    {
      provider: 'openai',
      model: 'whisper-1',
      tokenType: 'seconds',
      unit: 'seconds',
      from: '2023-03-01',
      dollars: '0.006',
      per: '60',
    },
    {
      provider: 'openai',
      model: 'omni-moderation-latest',
      tokenType: 'uncached_input_tokens',
      from: '2024-09-26',
      dollars: '0',
    },
  ];
}

function toPrice({
  provider,
  model,
  tokenType,
  from,
  dollars,
  unit = 'tokens',
  per = '1000000',
  tier = 'standard',
  inferenceGeo = '',
  times = [1n, 0],
}: Rate): Price {
  const [factor, shift] = times;
  return {
    provider,
    model,
    tokenType,
    tier,
    contextWindow: '',
    inferenceGeo,
    unit,
    validFrom: parseDay(from),
    currency: 'USD',
    price: (parseDecimal(dollars, shift) * factor) as Price['price'],
    per: parseDecimal(per),
    source: provider === 'openai' ? OPENAI : ANTHROPIC,
  };
}
