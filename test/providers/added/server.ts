import { daysOf, parseDay } from '../../../src/domain/day.js';
import { formatDecimal } from '../../../src/domain/decimal.js';
import type { EmulatedProvider } from '../../../src/emulator/api.js';
import { worldRow } from '../../../src/emulator/world.js';

const refuse = () => ({ status: 401, body: { error: { message: 'who are you' } } });

/** The provider's own server. */
export const server: EmulatedProvider = {
  provider: 'moonshine',
  basePath: '',
  prefix: '/bill',
  routes: [
    {
      path: /^\/bill$/,
      scope: 'usage',
      answer: ({ query, organization, rowsOf }) => ({
        status: 200,
        body: {
          days: daysOf({ since: parseDay(query.get('since') ?? ''), until: parseDay(query.get('until') ?? '') }).map(
            (day) => ({
              day,
              charges: rowsOf(organization, day).map(({ projectId, lineItem, amount }) => ({
                workspace: projectId,
                what: lineItem,
                euros: amount,
              })),
            }),
          ),
        },
      }),
    },
  ],
  keyHeader: 'x-moon',
  readKey: ({ 'x-moon': key }) => (typeof key === 'string' ? key : refuse()),
  errorBody: (status, message) => ({ error: { status, message } }),
  invalidKey: refuse,
  missingScope: refuse,
  rateLimitHeaders: () => ({}),
  quotaHeaders: () => ({}),
  requestIdHeader: 'x-request-id',
  keyPrefix: 'moon-admin-',
  projectIdPrefix: 'crater_',
  shift: 0,
  writeAmount: formatDecimal,
  generateRow: ({ projectId, index, amount }) =>
    worldRow({ projectId: projectId ?? 'crater_0', lineItem: `item ${index}`, currency: 'EUR', amount }),
  usage: { endpoints: [], generateRow: () => ({ dimensions: {}, measures: {} }) },
  demo: { organizations: [], toRow: ({ projectId, lineItem }) => worldRow({ projectId, lineItem, amount: '1' }) },
};
