import { aws } from './aws/index.js';
import { azure } from './azure/index.js';
import type { FileProvider } from './files.js';
import { defineFileProvider } from './files.js';
import { gcp } from './gcp/index.js';
import { vercel } from './vercel/index.js';

/** Whoever else writes FOCUS files. */
const others = defineFileProvider({
  id: 'focus',
  name: 'FOCUS files',
  subAccountType: 'SubAccount',
  issuers: /./,
  aiServices: [{ words: /\bai\b|\bllm\b|openai|anthropic|claude|gemini/i, such: 'services that name AI or a model' }],
  readModel: () => null,
});

/** The companies whose bills come as files; the first whose words fit an issuer is it. */
export const FILE_PROVIDERS: readonly FileProvider[] = [aws, azure, gcp, vercel, others];
