import { formatDecimal } from '../../domain/decimal.js';
import type { ApiAnswer, EmulatedProvider } from '../api.js';
import { bearer } from '../bearer.js';
import { amountToken } from '../tokens.js';
import { demo } from './demo.js';
import { worldRow } from '../world.js';
import { billingRoutes } from './billing.js';
import { githubError } from './errors.js';

const SKUS = ['copilot_for_business', 'copilot_enterprise', 'models_inference', 'spark_messages'];

const refuse = (): ApiAnswer => githubError(401, 'Requires authentication');

export const server: EmulatedProvider = {
  provider: 'github',
  basePath: '/github',
  prefix: '/github/',
  routes: billingRoutes,
  keyHeader: 'authorization',
  readKey: (headers) => bearer(headers) ?? refuse(),
  errorBody: (status, message) => githubError(status, message).body,
  invalidKey: () => githubError(401, 'Bad credentials'),
  missingScope: () => githubError(404, 'Not Found'),
  quotaHeaders: ({ limit, remaining, resetAt }) => ({
    'x-ratelimit-limit': `${limit}`,
    'x-ratelimit-remaining': `${remaining}`,
    'x-ratelimit-reset': `${Math.floor(resetAt.getTime() / 1000)}`,
  }),
  rateLimitHeaders: () => ({}),
  requestIdHeader: 'x-github-request-id',
  keyPrefix: 'ghp_',
  projectIdPrefix: 'repo_',
  shift: 0,
  writeAmount: formatDecimal,
  generateRow: ({ projectId, index, amount, random }) =>
    worldRow({
      projectId,
      lineItem: `${SKUS[index % SKUS.length] ?? ''}${index < SKUS.length ? '' : `_${index}`}`,
      amount: amountToken(amount, random() < 0.2 ? 'exponent' : 'plain'),
      quantity: `${Math.floor(random() * 1e4)}`,
      quantityUnit: 'user-months',
    }),
  usage: { endpoints: [], generateRow: () => ({ dimensions: {}, measures: {} }) },
  demo,
};
