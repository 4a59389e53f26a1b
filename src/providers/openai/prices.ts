import { parseDay } from '../../domain/day.js';
import type { ProviderDeclaration } from '../define.js';
import { HALF, toPrice, type Rate } from '../rates.js';

const READ_ON = parseDay('2026-11-26');
const SOURCE = 'https://developers.openai.com/api/docs/pricing (list price)';

/** Dollars for a million: input, cached input, output; `-` where there is none. A batch costs half of input and output. */
const GPT: [model: string, from: string, rates: string, cachedInBatch?: boolean][] = [
  ['gpt-6.1-sol', '2026-09-29', '2 0.10 10', true],
  ['gpt-6-sol', '2026-09-22', '2 0.20 10', true],
  ['gpt-6-luna', '2026-09-22', '0.10 0.01 0.50', true],
  ['gpt-6-astra', '2026-09-03', '10 1 50', true],
  ['gpt-5.6-sol', '2026-07-09', '5 0.50 30', true],
  ['gpt-5.6-sol', '2026-08-21', '4 0.40 20', true],
  ['gpt-5.6-terra', '2026-07-09', '2.50 0.25 15', true],
  ['gpt-5.6-terra', '2026-07-30', '2 0.20 12', true],
  ['gpt-5.6-luna', '2026-07-09', '1 0.10 6', true],
  ['gpt-5.6-luna', '2026-07-30', '0.20 0.02 1.20', true],
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

/**
 * As OpenAI publishes them: what a team pays may differ, and its own prices go first. Usage reports do not say how long a
 * prompt was, so a surcharge on long ones (of more than 272k since GPT-5.6) is not in here, nor are models priced by that alone.
 * Nor are cache writes of GPT-5.6 and later: listed at a quarter more than input, they were billed at the price of input.
 */
export const listPrices: ProviderDeclaration['listPrices'] = {
  readOn: READ_ON,
  make: () => [...gptRates(), ...otherRates()].map((rate) => toPrice('openai', `${SOURCE}, read on ${READ_ON}`, rate)),
};

function gptRates(): Rate[] {
  return GPT.flatMap(([model, from, rates, cachedInBatch]) => {
    const [input = '-', cached = '-', output = '-'] = rates.split(' ');
    const rate = (tokenType: string, dollars: string, batch: boolean): Rate[] => {
      const one = { model, from, tokenType, dollars };
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

function otherRates(): Rate[] {
  const embeddings = EMBEDDINGS.map(([model, from, dollars]): Rate => ({
    model,
    from,
    dollars,
    tokenType: 'uncached_input_tokens',
  }));
  const speech = {
    tokenType: 'characters',
    unit: 'characters' as const,
    from: '2023-11-06',
  };
  return [
    ...embeddings,
    { ...speech, model: 'tts-1', dollars: '15' },
    { ...speech, model: 'tts-1-hd', dollars: '30' },
    {
      model: 'whisper-1',
      tokenType: 'seconds',
      unit: 'seconds',
      from: '2023-03-01',
      dollars: '0.006',
      per: '60',
    },
    {
      model: 'omni-moderation-latest',
      tokenType: 'uncached_input_tokens',
      from: '2024-09-26',
      dollars: '0',
    },
  ];
}
