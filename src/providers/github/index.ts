import { parseDay } from '../../domain/day.js';
import { defineProvider } from '../define.js';

/** https://docs.github.com/en/rest/billing */
export const github = defineProvider({
  id: 'github',
  name: 'GitHub',
  baseUrl: 'https://api.github.com',
  baseUrlVariable: 'GITHUB_API_URL',
  keyVariable: 'GH_BILLING_TOKEN',
  adminKeyPrefix: 'ghp_',
  moreKeyPrefixes: ['github_pat_'],
  otherKeys: [
    { prefix: 'ghs_', kind: 'the token of an app' },
    { prefix: 'gho_', kind: 'a login token' },
  ],
  keyReadsSeveral: true,
  organizationWord: 'the name of the organization or enterprise in its address',
  // Names are the same in any case; without a word before it a name is an organization's where there is one.
  formOrganization: (told) => told.toLowerCase().replace(/^organizations\//, ''),
  keyPage: 'https://github.com/settings/tokens',
  leastScope:
    'organization: a fine-grained token with Administration: read; enterprise: a classic token with manage_billing:enterprise',
  projectWord: 'repository',
  focus: { serviceName: 'GitHub', subAccountType: 'Repository' },
  notReported: ['taxes', 'discounts that Azure gives to customers it bills'],
  listPrices: { readOn: parseDay('2026-11-25'), make: () => [] },
  connect: async (wire) => (await import('./api.js')).connectGitHub(wire),
});
