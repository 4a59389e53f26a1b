import { defineFileProvider } from '../files.js';

/** https://learn.microsoft.com/azure/cost-management-billing/dataset-schema/cost-usage-details-focus */
export const azure = defineFileProvider({
  id: 'azure',
  name: 'Azure',
  subAccountType: 'Subscription',
  issuers: /microsoft|azure/i,
  aiServices: [
    { words: /openai/i, such: 'Azure OpenAI' },
    { words: /foundry/i, such: 'Azure AI Foundry, Foundry Models' },
    { words: /cognitive services|azure ai\b/i, such: 'Cognitive Services, Azure AI services' },
  ],
  // `gpt-4o-0806-Inp-glbl Tokens` and `gpt 4o 0806 cached Inp glbl Tokens` are meters of one model, as are `GPT 5 cchd Inpt Glbl`,
  // `gpt-4o-0806-FT-Hstng-glbl Unit` and `gpt-4o-0806-cached-FT-inp-glbl Tokens`.
  readModel: (_, meter) =>
    /^(.+?)[ -](?:pp|batch|(?:dev[ -])?ft|(?:short|long)co|cached?|cach|c+hd|cd|ch|inpu?t?|out(?:pu?t?)?|opt)\b/i
      .exec(meter)?.[1]
      ?.trim()
      .replaceAll(' ', '-')
      .toLowerCase() ?? null,
  zeroIsNoListPrice: true,
  // `20261001-20261031/202611020600/GUID/part_0_0001.csv`
  keptRuns: /^.*\/\d{8}-\d{8}(?=\/(?:[^/]+\/)*[\da-f]{8}-[\da-f]{4}-[^/]*\/[^/]+$)/i,
  readManifest: async (document) => (await import('./manifest.js')).readManifest(document),
});
