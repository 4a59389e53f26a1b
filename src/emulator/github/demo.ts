import type { EmulatedProvider } from '../api.js';
import { priced } from '../tokens.js';
import { worldRow } from '../world.js';

/** An enterprise, whose projects are organizations. */
export const demo: EmulatedProvider['demo'] = {
  organizations: [
    {
      id: 'ent-acme',
      name: 'Acme GitHub',
      secret: 'ghp_demo_acme_not_a_real_key',
      projects: [
        {
          id: 'acme-engineering',
          name: 'acme-engineering',
          archivedDaysAgo: null,
          weekend: 1,
          growth: 1.1,
          charges: [
            {
              lineItem: 'copilot_for_business',
              quantityUnit: 'user-months',
              price: 19_000_000_000,
              daily: 76,
              dimensions: null,
            },
            { lineItem: 'models_inference', quantityUnit: 'tokens', price: 2500, daily: 16, dimensions: null },
          ],
        },
      ],
    },
  ],
  toRow: ({ projectId, lineItem, quantityUnit, quantity, price }) =>
    worldRow({ projectId, lineItem, quantityUnit, quantity: `${quantity}`, amount: priced(quantity, price) }),
};
