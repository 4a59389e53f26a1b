import { defineFileProvider } from '../files.js';

/** https://cloud.google.com/billing/docs/how-to/export-data-bigquery */
export const gcp = defineFileProvider({
  id: 'gcp',
  name: 'Google Cloud',
  subAccountType: 'Project',
  issuers: /google/i,
  aiServices: [
    { words: /vertex ai/i, such: 'Vertex AI' },
    { words: /gemini|generative language/i, such: 'Gemini API' },
  ],
  // `Gemini 2.5 Flash Lite Text Input - Predictions`: "Lite" belongs to the model.
  readModel: (_, meter) =>
    /^ ?(Gemini [\d.]+ (?:Flash Lite|Flash|Pro|Ultra)|Claude [A-Za-z]+ [\d.]+)/.exec(meter)?.[1] ?? null,
  // Its view of the billing table has `sku.id` and `sku.description`.
  hasOpaqueSkus: true,
});
