import { startOfDay, type Day } from '../../domain/day.js';
import type { EmulatedProvider } from '../api.js';
import { createRandom } from '../random.js';
import type { WorldUsageRow } from '../usage-world.js';
import { worldRow } from '../world.js';

/** A model on machines of one's own, which no provider bills: what the proxy makes of it is the only figure there is. */
function usageOf(day: Day): WorldUsageRow[] {
  const random = createRandom('demo', 'litellm', day);
  return ['key-chat', 'key-batch'].map((key) => ({
    at: startOfDay(day),
    endpoint: 'daily_activity',
    dimensions: { team: 'self-hosted', model: 'llama-3.3-70b', key },
    measures: { spend: (4 + 3 * random()).toFixed(6), api_requests: `${100 + Math.floor(random() * 400)}` },
  }));
}

export const demo: EmulatedProvider['demo'] = {
  organizations: [
    { id: 'proxy.acme.example', name: 'Acme Proxy', secret: 'sk-demo-acme-not-a-real-key', projects: [], usageOf },
  ],
  // It has no bill.
  toRow: ({ projectId }) => worldRow({ projectId, amount: '0' }),
};
