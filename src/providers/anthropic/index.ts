import { defineProvider } from '../define.js';
import { listPrices } from './prices.js';
import { TOKEN_TYPES } from './token-types.js';

/** https://platform.claude.com/docs/en/api/admin */
export const anthropic = defineProvider({
  id: 'anthropic',
  name: 'Anthropic',
  baseUrl: 'https://api.anthropic.com',
  baseUrlVariable: 'ANTHROPIC_BASE_URL',
  keyVariable: 'ANTHROPIC_ADMIN_KEY',
  adminKeyPrefix: 'sk-ant-admin',
  // Keys of the Enterprise plan, which read analytics alone. https://platform.claude.com/docs/en/manage-claude/admin-api-keys
  // has how they begin today; how older ones do is not documented.
  moreKeyPrefixes: ['sk-ant-api01-', 'sk-ant-'],
  otherKeys: [
    { prefix: 'sk-ant-api', kind: "a workspace's API key" },
    { prefix: 'sk-ant-oat', kind: 'a login token' },
    { prefix: 'sk-ant-sid', kind: 'a session key' },
  ],
  // Its ids are bare UUIDs, and each key tells its own.
  organizationPrefix: '',
  keyPage: 'https://console.anthropic.com/settings/admin-keys',
  leastScope: 'an admin key (there is no narrower kind); or, on the Enterprise plan, a key with read:analytics',
  projectWord: 'workspace',
  focus: { serviceName: 'Anthropic API', subAccountType: 'Workspace' },
  billReport: 'analytics/cost',
  // https://platform.claude.com/docs/en/build-with-claude/usage-cost-api
  notReported: ['Priority Tier'],
  tokenTypes: TOKEN_TYPES,
  tokenTypeAliases: {
    input: 'uncached_input_tokens',
    input_tokens: 'uncached_input_tokens',
    cache_read: 'cache_read_input_tokens',
    cached_input: 'cache_read_input_tokens',
    output: 'output_tokens',
  },
  listPrices,
  connect: async (wire) => (await import('./api.js')).connectAnthropic(wire),
});
