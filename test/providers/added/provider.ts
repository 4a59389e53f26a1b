import { endOfDay, parseDay, startOfDay } from '../../../src/domain/day.js';
import { parseDecimal } from '../../../src/domain/decimal.js';
import { defineProvider } from '../../../src/providers/define.js';

interface Bill {
  days: { day: string; charges: { workspace: string; what: string; euros: string }[] }[];
}

/** A provider that only exists here: what a new one needs, and nothing else of the tool is changed for it. */
export const moonshine = defineProvider({
  id: 'moonshine',
  name: 'Moonshine',
  baseUrl: 'https://api.moonshine.example',
  baseUrlVariable: 'MOONSHINE_BASE_URL',
  keyVariable: 'MOONSHINE_KEY',
  adminKeyPrefix: 'moon-admin-',
  otherKeys: [{ prefix: 'moon-', kind: 'an API key' }],
  organizationPrefix: '',
  keyPage: 'https://moonshine.example/keys',
  leastScope: 'Billing: Read',
  tellsKeyExpiry: false,
  projectWord: 'crater',
  focus: { serviceName: 'Moonshine API', subAccountType: 'Crater' },
  ownsLegacyProjects: false,
  tokenTypes: [],
  tokenTypeAliases: {},
  listPrices: { readOn: parseDay('2026-11-23'), make: () => [] },
  connect: ({ http, baseUrl }) => {
    const get = (call: Parameters<typeof http.getJson>[0]['call'], path: string) =>
      http.getJson({ url: new URL(path, baseUrl), headers: { 'x-moon': call.key.reveal() }, call });
    return Promise.resolve({
      maxDaysPerRequest: 31,
      async *fetchCosts(call, { since, until }) {
        const bill = (await get(call, `/bill?since=${since}&until=${until}`)) as Bill;
        const buckets = bill.days.map(({ day }) => ({
          start: startOfDay(parseDay(day)),
          end: endOfDay(parseDay(day)),
        }));
        const lines = bill.days.flatMap(({ day, charges }) =>
          charges.map(({ workspace, what, euros }) => ({
            bucketStart: startOfDay(parseDay(day)),
            bucketEnd: endOfDay(parseDay(day)),
            providerProjectId: workspace,
            providerProjectName: null,
            organizationId: null,
            lineItem: `${what} [EUR]`,
            currency: 'EUR',
            cost: parseDecimal(euros),
            quantity: null,
            quantityUnit: null,
            model: null,
            costType: null,
            tokenType: null,
            serviceTier: null,
            contextWindow: null,
            inferenceGeo: null,
          })),
        );
        yield { buckets, lines, end: 'complete' };
      },
      async *fetchTotals() {
        // No test asks for its totals.
      },
      listProjects: () => Promise.resolve([]),
      identify: () =>
        Promise.resolve({
          organizationId: 'moon-1',
          organizationName: 'Moon',
          canListProjects: false,
          expiresAt: null,
          warnings: [],
        }),
    });
  },
});
