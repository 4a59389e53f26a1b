import type { EmulatedProvider } from '../api.js';
import { priced } from '../tokens.js';
import { worldRow } from '../world.js';

const INCLUDED = 'auto';

export const demo: EmulatedProvider['demo'] = {
  organizations: [
    {
      id: 'team_acme',
      name: 'Acme Cursor',
      secret: 'crsr_demo_acme_not_a_real_key',
      projects: [],
      own: {
        id: '',
        name: '',
        archivedDaysAgo: null,
        weekend: 0.2,
        growth: 1.3,
        charges: [
          { lineItem: 'claude-5-sonnet', quantityUnit: null, price: 10_000, daily: 27, dimensions: null },
          { lineItem: INCLUDED, quantityUnit: null, price: 10_000, daily: 8, dimensions: null },
        ],
      },
    },
  ],
  toRow: ({ projectId, lineItem, quantity, price }) => {
    const worth = priced(quantity, price, 2);
    return worldRow({
      projectId,
      lineItem,
      ...(lineItem === INCLUDED ? { amount: '0', listAmount: worth } : { amount: worth }),
    });
  },
};
