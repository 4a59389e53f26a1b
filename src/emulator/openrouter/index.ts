import { formatDecimal } from '../../domain/decimal.js';
import type { ApiAnswer, EmulatedProvider } from '../api.js';
import { bearer } from '../bearer.js';
import { amountToken } from '../tokens.js';
import { demo } from './demo.js';
import { worldRow } from '../world.js';
import { analyticsRoute } from './analytics.js';
import { openRouterError } from './errors.js';
import { keyRoute, workspacesRoute } from './lists.js';

const MODELS = ['openai/gpt-5', 'anthropic/claude-sonnet-4.5', 'google/gemini-2.5-pro', 'deepseek/deepseek-v3.2'];

const refuse = (): ApiAnswer => openRouterError(401, 'No auth credentials found');

export const server: EmulatedProvider = {
  provider: 'openrouter',
  basePath: '/openrouter/api/v1',
  prefix: '/openrouter/',
  routes: [keyRoute, workspacesRoute, analyticsRoute],
  keyHeader: 'authorization',
  readKey: (headers) => bearer(headers) ?? refuse(),
  errorBody: (status, message) => openRouterError(status, message).body,
  invalidKey: () => openRouterError(401, 'User not found.'),
  missingScope: () => openRouterError(403, 'Only management keys can perform this operation'),
  quotaHeaders: ({ limit, remaining, resetAt }) => ({
    'x-ratelimit-limit': `${limit}`,
    'x-ratelimit-remaining': `${remaining}`,
    'x-ratelimit-reset': `${resetAt.getTime()}`,
  }),
  rateLimitHeaders: () => ({}),
  requestIdHeader: 'x-request-id',
  keyPrefix: 'sk-or-v1-',
  projectIdPrefix: 'space_',
  shift: 0,
  writeAmount: formatDecimal,
  generateRow: ({ projectId, index, amount, random }) =>
    worldRow({
      projectId,
      lineItem: `${MODELS[index % MODELS.length] ?? ''}${index < MODELS.length ? '' : `-${index}`}`,
      amount: amountToken(amount, random() < 0.2 ? 'exponent' : 'plain'),
    }),
  usage: {
    endpoints: ['byok'],
    generateRow: ({ owner, model, random }) => ({
      dimensions: { workspace: owner, model },
      measures: { byok_usage: (random() * 10).toFixed(8) },
    }),
  },
  demo,
};
