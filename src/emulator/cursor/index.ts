import { formatDecimal, proportion } from '../../domain/decimal.js';
import type { ApiAnswer, EmulatedProvider } from '../api.js';
import { demo } from './demo.js';
import { worldRow } from '../world.js';
import { eventsRoute, pooledRoute, spendRoute } from './events.js';
import { cursorError } from './errors.js';

const MODELS = ['claude-5-sonnet', 'gpt-5', 'composer-1', 'auto'];

const refuse = (): ApiAnswer => cursorError(401, 'Invalid API key');

export const server: EmulatedProvider = {
  provider: 'cursor',
  basePath: '/cursor',
  prefix: '/cursor/',
  routes: [eventsRoute, spendRoute, pooledRoute],
  keyHeader: 'authorization',
  readKey: ({ authorization }) => {
    const [, encoded] = /^Basic (.+)$/.exec(typeof authorization === 'string' ? authorization : '') ?? [];
    const [user, password] = Buffer.from(encoded ?? '', 'base64')
      .toString()
      .split(':');
    return user === undefined || user === '' || password !== '' ? refuse() : user;
  },
  errorBody: (status, message) => cursorError(status, message).body,
  invalidKey: refuse,
  missingScope: () => cursorError(403, 'This key has no access to this endpoint'),
  quotaHeaders: ({ limit, remaining, resetAt }) => ({
    'x-ratelimit-limit': `${limit}`,
    'x-ratelimit-remaining': `${remaining}`,
    'x-ratelimit-reset': `${Math.floor(resetAt.getTime() / 1000)}`,
  }),
  rateLimitHeaders: () => ({}),
  requestIdHeader: 'x-request-id',
  keyPrefix: 'crsr_',
  projectIdPrefix: 'team_',
  shift: -2,
  writeAmount: (cost) => formatDecimal(proportion(cost, 100n)),
  generateRow: ({ projectId, index, amount }) =>
    worldRow({ projectId, lineItem: `${MODELS[index % MODELS.length] ?? ''}${index < 4 ? '' : index}`, amount }),
  usage: { endpoints: [], generateRow: () => ({ dimensions: {}, measures: {} }) },
  demo,
};
