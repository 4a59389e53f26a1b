import { parseDay } from '../../domain/day.js';
import type { ProviderDeclaration } from '../define.js';
import { HALF, toPrice, type Factor, type Rate } from '../rates.js';

const SOURCE = 'https://platform.claude.com/docs/en/about-claude/pricing (list price)';

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

/** Inference kept in the US costs a tenth more, of the models that offer it. */
const US: Factor = [11n, -1];
const US_HALF: Factor = [55n, -2];

/** As Anthropic publishes them: what a team pays may differ, and its own prices go first. */
export const listPrices: ProviderDeclaration['listPrices'] = {
  readOn: parseDay('2026-11-23'),
  make: () => rates().map((rate) => toPrice('anthropic', SOURCE, rate)),
};

function rates(): Rate[] {
  const models = CLAUDE.flatMap(([model, from, rates, worldwideOnly]) =>
    rates.split(' ').flatMap((dollars, index): Rate[] => {
      const rate = { model, from, dollars, tokenType: CLAUDE_TOKENS[index] ?? '' };
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
    model: '',
    tokenType: 'web_search_requests',
    from: '2025-05-07',
    dollars: '10',
    unit: 'requests' as const,
    per: '1000',
  };
  return [...models, search, { ...search, tier: 'batch' }];
}
