import { parseDay } from '../../domain/day.js';
import { defineProvider } from '../define.js';
import { ownEstimate } from '../rates.js';

/** https://docs.litellm.ai/docs/proxy/cost_tracking: a proxy of one's own, which adds up what other companies bill. */
export const litellm = defineProvider({
  id: 'litellm',
  name: 'LiteLLM',
  // Where a proxy listens unless it is told otherwise; no company runs one for everybody.
  baseUrl: 'http://localhost:4000',
  baseUrlVariable: 'LITELLM_BASE_URL',
  keyVariable: 'LITELLM_MASTER_KEY',
  // Keys that call models begin so, too: the proxy itself tells what one may read.
  adminKeyPrefix: 'sk-',
  keyPage: 'https://docs.litellm.ai/docs/proxy/virtual_keys',
  leastScope: 'the master key, or a key of a proxy admin (viewer is enough)',
  projectWord: 'team',
  focus: { serviceName: 'LiteLLM', subAccountType: 'Team' },
  billsNothing: true,
  notReported: ['any charge: what it adds up is on the bills of others, and is read as usage (--basis usage)'],
  tokenTypes: ['byok_spend', 'requests'],
  listPrices: {
    readOn: parseDay('2026-11-26'),
    make: () => [ownEstimate('litellm', 'https://docs.litellm.ai/docs/proxy/cost_tracking read on 2026-11-26')],
  },
  connect: async (wire) => (await import('./api.js')).connectLiteLlm(wire),
});
