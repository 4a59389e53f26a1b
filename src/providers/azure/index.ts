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
  // `gpt 4o 0513 Input global Tokens`, `gpt-4o-mini-0718-Inp-glbl Tokens`, `GPT 5 cchd Inpt Glbl`, `5 mini pp cd Inp Dz`
  readModel: (_, meter) =>
    /^(.+?)[ -](?:pp|batch|cached?|cach|cchd|cd|ch|inpu?t?|out(?:pu?t?)?|opt)\b/i.exec(meter)?.[1]?.trim() ?? null,
  zeroIsNoListPrice: true,
  // `20261001-20261031/202611020600/GUID/part_0_0001.csv`
  keptRuns: /^.*\/\d{8}-\d{8}(?=\/(?:[^/]+\/)*[\da-f]{8}-[\da-f]{4}-[^/]*\/[^/]+$)/i,
  readManifest: async (document) => (await import('./manifest.js')).readManifest(document),
});
