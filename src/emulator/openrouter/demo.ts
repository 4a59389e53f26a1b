import type { EmulatedProvider } from '../api.js';
import { priced } from '../tokens.js';
import { worldRow } from '../world.js';

const model = (lineItem: string, price: number, daily: number) => ({
  ...{ lineItem, price, daily },
  ...{ quantityUnit: 'tokens', dimensions: null },
});

export const demo: EmulatedProvider['demo'] = {
  organizations: [
    {
      id: 'org_acmerouter',
      name: 'Acme Router',
      secret: 'sk-or-v1-demo-acme-not-a-real-key',
      projects: [
        {
          id: 'space_prototypes',
          name: 'Prototypes',
          archivedDaysAgo: null,
          weekend: 0.4,
          growth: 1.2,
          charges: [model('deepseek/deepseek-v3.2', 400, 14), model('x-ai/grok-4', 15_000, 22)],
        },
      ],
    },
  ],
  toRow: ({ projectId, lineItem, quantity, price }) =>
    worldRow({ projectId, lineItem, amount: priced(quantity, price) }),
};
