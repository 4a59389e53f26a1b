import { formatDecimal } from '../../domain/decimal.js';
import type { ApiAnswer, EmulatedProvider } from '../api.js';
import type { WorldScope } from '../world.js';
import { adminKeysRoute } from './admin-keys.js';
import { apiKeysRoute } from './api-keys.js';
import { costsRoute } from './costs.js';
import { demo } from './demo.js';
import { openaiErrorBody } from './errors.js';
import { generatedUsage, generateRow } from './generate.js';
import { projectRoute, projectsRoute } from './projects.js';
import { usageRoute } from './usage.js';

/** What OpenAI calls the rights. */
const SCOPES: Record<WorldScope, string> = {
  usage: 'api.usage.read',
  projects: 'api.management.read',
  keys: 'api.management.read',
};

const KEY_PAGE = 'https://platform.openai.com/account/api-keys';

export const server: EmulatedProvider = {
  provider: 'openai',
  basePath: '/v1',
  prefix: '/v1/organization/',
  routes: [costsRoute, usageRoute, projectsRoute, projectRoute, adminKeysRoute, apiKeysRoute],
  keyHeader: 'authorization',
  readKey: ({ authorization }) => readBearer(typeof authorization === 'string' ? authorization : ''),
  errorBody: (status, message) => openaiErrorBody(message, { type: typeOf(status) }),
  invalidKey: () => ({
    status: 401,
    body: openaiErrorBody(`Incorrect API key provided: sk-admin-****. You can find your API key at ${KEY_PAGE}.`, {
      code: 'invalid_api_key',
    }),
  }),
  missingScope: (scope) => ({
    status: 403,
    body: openaiErrorBody(
      `You have insufficient permissions for this operation. Missing scopes: ${SCOPES[scope]}. Check that you have the correct role in your organization (Reader, Writer, Owner), and if you're using a restricted API key, that it has the necessary scopes.`,
    ),
  }),
  rateLimitHeaders: () => ({}),
  quotaHeaders: ({ limit, remaining, resetAt, now }) => ({
    'x-ratelimit-limit-requests': `${limit}`,
    'x-ratelimit-remaining-requests': `${remaining}`,
    'x-ratelimit-reset-requests': `${Math.ceil((resetAt.getTime() - now.getTime()) / 1000)}s`,
  }),
  requestIdHeader: 'x-request-id',
  keyPrefix: 'sk-admin-',
  projectIdPrefix: 'proj_',
  shift: 0,
  writeAmount: formatDecimal,
  generateRow,
  usage: generatedUsage,
  demo,
};

function readBearer(authorization: string): string | ApiAnswer {
  const key = /^Bearer (.+)$/i.exec(authorization)?.[1];
  if (key !== undefined) return key;
  return {
    status: 401,
    body: openaiErrorBody(
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
    ),
  };
}

function typeOf(status: number): string {
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
