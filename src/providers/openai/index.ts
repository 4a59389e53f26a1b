import { defineProvider } from '../define.js';
import { readLineItem } from './line-item.js';
import { listPrices } from './prices.js';
import { MEASURED_TOKEN_TYPES } from './usage-endpoints.js';
import { SPLIT_TOKEN_TYPES } from './usage-tokens.js';

/** https://platform.openai.com/docs/api-reference/administration */
export const openai = defineProvider({
  id: 'openai',
  name: 'OpenAI',
  baseUrl: 'https://api.openai.com/v1',
  baseUrlVariable: 'OPENAI_BASE_URL',
  keyVariable: 'OPENAI_ADMIN_KEY',
  adminKeyPrefix: 'sk-admin-',
  otherKeys: [
    { prefix: 'sk-proj-', kind: "a project's API key" },
    { prefix: 'sk-svcacct-', kind: "a service account's API key" },
    { prefix: 'sk-', kind: 'an API key' },
  ],
  organizationPrefix: 'org-',
  keyPage: 'https://platform.openai.com/settings/organization/admin-keys',
  organizationPage: 'https://platform.openai.com/settings/organization/general',
  leastScope: 'Usage: Read (and Projects: Read for names)',
  tellsKeyExpiry: true,
  projectWord: 'project',
  focus: { serviceName: 'OpenAI API', subAccountType: 'Project' },
  ownsLegacyProjects: true,
  tokenTypes: [...new Set([...SPLIT_TOKEN_TYPES, ...MEASURED_TOKEN_TYPES])],
  tokenTypeAliases: {
    input: 'uncached_input_tokens',
    input_tokens: 'uncached_input_tokens',
    cached_input: 'cached_input_tokens',
    cache_write: 'cache_write_input_tokens',
    output: 'output_tokens',
  },
  readLineItem,
  usageOf: {
    whisper: { model: 'whisper-1', tokenType: 'seconds' },
    'tts hd': { model: 'tts-1-hd', tokenType: 'characters' },
  },
  listPrices,
  connect: async (wire) => (await import('./api.js')).connectOpenAi(wire),
});
