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
  // `Gemini 2.5 Flash Lite Text Input - Predictions`, `Generate content output token count gemini 3.1 flash lite preview text`:
  // "Lite" belongs to the model, and "Image" where it is not what goes in or comes out.
  readModel: (_, meter) =>
    /\b(?:gemini [\d.]+ (?:flash|pro|ultra)(?: lite)?(?: image(?! (?:in|out)put))?|claude [a-z]+ [\d.]+)/i
      .exec(meter)?.[0]
      .replace(/\b[a-z]/g, (letter) => letter.toUpperCase()) ?? null,
  // Its view of the billing table has `sku.id` and `sku.description`.
  hasOpaqueSkus: true,
});
