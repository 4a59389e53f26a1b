import { formatDecimal } from '../../domain/decimal.js';
import type { EmulatedProvider } from '../api.js';
import { bearer } from '../bearer.js';
import { demo } from './demo.js';
import { worldRow } from '../world.js';
import { aggregatedRoute, liteLlmError, pagedRoute } from './activity.js';

const refuse = () => liteLlmError(401, 'Authentication Error, Invalid proxy server token passed');

export const server: EmulatedProvider = {
  provider: 'litellm',
  basePath: '/litellm',
  prefix: '/litellm/',
  routes: [pagedRoute, aggregatedRoute],
  keyHeader: 'authorization',
  readKey: (headers) => bearer(headers) ?? refuse(),
  errorBody: (status, message) => liteLlmError(status, message).body,
  invalidKey: refuse,
  missingScope: () => liteLlmError(403, 'Only proxy admins can view all spend'),
  quotaHeaders: () => ({}),
  rateLimitHeaders: () => ({}),
  requestIdHeader: 'x-litellm-call-id',
  keyPrefix: 'sk-',
  projectIdPrefix: 'team_',
  shift: 0,
  writeAmount: formatDecimal,
  // It has no bill.
  generateRow: ({ projectId, amount }) => worldRow({ projectId, amount }),
  usage: {
    endpoints: ['daily_activity'],
    generateRow: ({ owner, model, random }) => ({
      dimensions: { team: owner, model, key: `key-${Math.floor(random() * 9)}` },
      measures: { spend: (random() * 3).toFixed(9), api_requests: `${1 + Math.floor(random() * 40)}` },
    }),
  },
  demo,
};
