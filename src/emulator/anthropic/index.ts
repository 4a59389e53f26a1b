import { formatDecimal, proportion } from '../../domain/decimal.js';
import type { ApiAnswer, EmulatedProvider } from '../api.js';
import { analyticsRoute } from './analytics.js';
import { adminOnly } from './admin-only.js';
import { apiKeysRoute, usersRoute } from './api-keys.js';
import { costReportRoute } from './cost-report.js';
import { demo } from './demo.js';
import { anthropicError, anthropicErrorBody } from './errors.js';
import { generatedUsage, generateRow } from './generate.js';
import { meRoute } from './me.js';
import { organizationsRoute } from './organizations.js';
import { usageReportRoute } from './usage-report.js';
import { workspacesRoute } from './workspaces.js';

/** How long ago the reset time of a 429 was: the real one is often stale. */
const STALE_BY_MILLISECONDS = 60_000;

export const server: EmulatedProvider = {
  provider: 'anthropic',
  basePath: '',
  prefix: '/v1/organizations/',
  routes: [
    analyticsRoute,
    organizationsRoute,
    ...[costReportRoute, usageReportRoute, workspacesRoute, apiKeysRoute, usersRoute, meRoute].map(adminOnly),
  ],
  keyHeader: 'x-api-key',
  readKey: readApiKey,
  errorBody: anthropicErrorBody,
  invalidKey: () => anthropicError(401, 'invalid x-api-key'),
  missingScope: () => anthropicError(403, 'Your API key does not have permission to use the specified resource.'),
  rateLimitHeaders: (now) => ({
    'anthropic-ratelimit-requests-reset': new Date(now.getTime() - STALE_BY_MILLISECONDS).toISOString(),
  }),
  quotaHeaders: ({ limit, remaining, resetAt }) => ({
    'anthropic-ratelimit-requests-limit': `${limit}`,
    'anthropic-ratelimit-requests-remaining': `${remaining}`,
    'anthropic-ratelimit-requests-reset': resetAt.toISOString(),
  }),
  requestIdHeader: 'request-id',
  keyPrefix: 'sk-ant-admin01-',
  projectIdPrefix: 'wrkspc_',
  shift: -2,
  writeAmount: (cost) => `"${formatDecimal(proportion(cost, 100n))}"`,
  generateRow,
  usage: generatedUsage,
  demo,
};

function readApiKey(headers: Record<string, string | string[] | undefined>): string | ApiAnswer {
  const key = headers['x-api-key'];
  if (typeof key !== 'string' || key === '') return anthropicError(401, 'x-api-key header is required');
  if (headers['anthropic-version'] !== '2023-06-01') {
    return anthropicError(400, 'anthropic-version: header is required, such as 2023-06-01');
  }
  return key;
}
