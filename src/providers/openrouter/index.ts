import { parseDay } from '../../domain/day.js';
import { defineProvider } from '../define.js';
import { ownEstimate } from '../rates.js';

/** https://openrouter.ai/docs/api-reference */
export const openrouter = defineProvider({
  id: 'openrouter',
  name: 'OpenRouter',
  baseUrl: 'https://openrouter.ai/api/v1',
  baseUrlVariable: 'OPENROUTER_BASE_URL',
  keyVariable: 'OPENROUTER_MANAGEMENT_KEY',
  // Keys that call models begin so, too: the provider itself tells which one a key is.
  adminKeyPrefix: 'sk-or-v1-',
  keyPage: 'https://openrouter.ai/settings/management-keys',
  leastScope: 'a management key; keys that call models read no bills',
  tellsKeyExpiry: true,
  projectWord: 'workspace',
  focus: { serviceName: 'OpenRouter', subAccountType: 'Workspace' },
  notReported: [
    'fees of buying credits, and taxes',
    'what models cost that were called with your own keys: their providers bill it, and it is read as usage',
  ],
  tokenTypes: ['byok_spend'],
  listPrices: {
    readOn: parseDay('2026-11-25'),
    make: () => [ownEstimate('openrouter', 'https://openrouter.ai/docs/use-cases/byok read on 2026-11-25')],
  },
  connect: async (wire) => (await import('./api.js')).connectOpenRouter(wire),
});
