import { defineFileProvider } from '../files.js';

/** https://vercel.com/docs/rest-api/billing/list-focus-billing-charges: JSON lines of FOCUS 1.3. What its AI Gateway takes from credits is not in them. */
export const vercel = defineFileProvider({
  id: 'vercel',
  name: 'Vercel',
  subAccountType: 'Project',
  issuers: /vercel/i,
  aiServices: [{ words: /\bai\b|v0/i, such: 'AI Gateway, AI SDK, v0' }],
  readModel: () => null,
  projectTags: ['ProjectId', 'ProjectName'],
});
