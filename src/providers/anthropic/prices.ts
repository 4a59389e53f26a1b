import { parseDay } from '../../domain/day.js';
import { FAST } from '../../domain/price.js';
import type { ProviderDeclaration } from '../define.js';
import { HALF, toPrice, type Factor, type Rate } from '../rates.js';

const READ_ON = parseDay('2026-11-26');
const SOURCE = 'https://platform.claude.com/docs/en/about-claude/pricing (list price)';

/** What a model is offered in besides batches: `us`, kept in the US; `fast`, the fast mode; `long`, prompts beyond 200k at the same price. */
type Offer = 'us' | 'fast' | 'long';

/**
 * Dollars for a million: input, cache writes for 5 minutes and an hour, cache reads, output. A batch costs half of all. Not here,
 * and so unknown: Haiku 5.5, whose price turns at prompts of 100k, and long prompts of Sonnet 4 and 4.5, which the report of usage
 * does not tell apart as the price does. A model costs nothing before it exists, so where its day is not known the year's first stands.
 */
const CLAUDE: [model: string, from: string, rates: string, offers: Offer[]][] = [
  ['claude-fable-5-2', '2026-11-09', '8 10 16 0.20 40', ['us', 'fast', 'long']],
  ['claude-fable-5-1', '2026-01-01', '10 12.50 20 0.25 50', ['us', 'long']],
  ['claude-mythos-5-1', '2026-01-01', '10 12.50 20 0.25 50', ['us', 'long']],
  ['claude-fable-5', '2026-01-01', '10 12.50 20 1 50', ['us', 'long']],
  ['claude-mythos-5', '2026-01-01', '10 12.50 20 1 50', ['us', 'long']],
  ['claude-opus-5-5', '2026-09-22', '4 5 8 0.20 20', ['us', 'fast', 'long']],
  ['claude-opus-5', '2026-07-24', '5 6.25 10 0.50 25', ['us', 'fast', 'long']],
  ['claude-opus-4-8', '2026-06-30', '5 6.25 10 0.50 25', ['us', 'fast', 'long']],
  ['claude-opus-4-7', '2026-04-17', '5 6.25 10 0.50 25', ['us', 'long']],
  ['claude-opus-4-6', '2026-02-05', '5 6.25 10 0.50 25', ['us']],
  ['claude-opus-4-6', '2026-03-13', '5 6.25 10 0.50 25', ['us', 'long']],
  ['claude-opus-4-5', '2025-11-24', '5 6.25 10 0.50 25', []],
  ['claude-opus-4-1', '2025-08-05', '15 18.75 30 1.50 75', []],
  ['claude-opus-4', '2025-05-22', '15 18.75 30 1.50 75', []],
  ['claude-sonnet-5-5', '2026-09-29', '2 2.50 4 0.20 10', ['us', 'long']],
  ['claude-sonnet-5-5', '2026-10-07', '2 2.50 4 0.10 10', ['us', 'long']],
  ['claude-sonnet-5', '2026-06-30', '2 2.50 4 0.20 10', ['us', 'long']],
  ['claude-sonnet-4-6', '2026-02-17', '3 3.75 6 0.30 15', ['us']],
  ['claude-sonnet-4-6', '2026-03-13', '3 3.75 6 0.30 15', ['us', 'long']],
  ['claude-sonnet-4-5', '2025-09-29', '3 3.75 6 0.30 15', []],
  ['claude-sonnet-4', '2025-05-22', '3 3.75 6 0.30 15', []],
  ['claude-3-7-sonnet', '2025-02-24', '3 3.75 6 0.30 15', []],
  ['claude-haiku-4-5', '2025-10-15', '1 1.25 2 0.10 5', []],
  ['claude-3-5-haiku', '2024-12-05', '0.80 1 1.60 0.08 4', []],
  ['claude-3-opus', '2024-03-04', '15 18.75 30 1.50 75', []],
  ['claude-3-haiku', '2024-03-13', '0.25 0.30 0.50 0.03 1.25', []],
];

const CLAUDE_TOKENS = [
  'uncached_input_tokens',
  'cache_creation.ephemeral_5m_input_tokens',
  'cache_creation.ephemeral_1h_input_tokens',
  'cache_read_input_tokens',
  'output_tokens',
];

/** A tenth more for inference kept in the US, twice the price for fast mode, half of it for a batch; fast mode takes no batches. */
const TIERS: { tier?: string; times: Factor; needs?: Offer }[] = [
  { times: [1n, 0] },
  { tier: 'batch', times: HALF },
  { tier: FAST, times: [2n, 0], needs: 'fast' },
];
const GEOGRAPHIES: { inferenceGeo?: string; times: Factor; needs?: Offer }[] = [
  { times: [1n, 0] },
  { inferenceGeo: 'us', times: [11n, -1], needs: 'us' },
];
const WINDOWS: { contextWindow?: string; needs?: Offer }[] = [{}, { contextWindow: '200k-1M', needs: 'long' }];

/** As Anthropic publishes them: what a team pays may differ, and its own prices go first. */
export const listPrices: ProviderDeclaration['listPrices'] = {
  readOn: READ_ON,
  make: () => rates().map((rate) => toPrice('anthropic', `${SOURCE}, read on ${READ_ON}`, rate)),
};

function rates(): Rate[] {
  const models = CLAUDE.flatMap(([model, from, rates, offers]) => {
    const isOffered = ({ needs }: { needs?: Offer }) => needs === undefined || offers.includes(needs);
    const ways = TIERS.filter(isOffered).flatMap((tier) =>
      GEOGRAPHIES.filter(isOffered).flatMap((geography) =>
        WINDOWS.filter(isOffered).map((window) => ({
          ...window,
          ...geography,
          ...tier,
          times: product(tier.times, geography.times),
        })),
      ),
    );
    return rates.split(' ').flatMap((dollars, index) =>
      ways.map(({ needs: _needs, ...way }): Rate => ({
        model,
        from,
        dollars,
        tokenType: CLAUDE_TOKENS[index] ?? '',
        ...way,
      })),
    );
  });
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

function product([a, x]: Factor, [b, y]: Factor): Factor {
  return [a * b, x + y];
}
