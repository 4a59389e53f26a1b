import { aws } from './aws/index.js';
import { azure } from './azure/index.js';
import type { FileProvider } from './files.js';
import { defineFileProvider } from './files.js';
import { gcp } from './gcp/index.js';
import { vercel } from './vercel/index.js';

/** Whoever else writes FOCUS files. */
const company = (id: string, name: string) =>
  defineFileProvider({
    id,
    name,
    subAccountType: 'SubAccount',
    issuers: /(?!)/,
    aiServices: [{ words: /\bai\b|\bllm\b|openai|anthropic|claude|gemini/i, such: 'services that name AI or a model' }],
    readModel: () => null,
  });

/** … where nobody said how to call it. */
export const ANY_COMPANY = company('focus', 'FOCUS files');

/** The companies whose files tell by their words that they are theirs; the first whose words fit is it. */
export const COMPANIES: readonly FileProvider[] = [aws, azure, gcp, vercel];

export const FILE_PROVIDERS: readonly FileProvider[] = [...COMPANIES, ANY_COMPANY];

const named = new Map(FILE_PROVIDERS.map((each) => [each.id, each]));

/** Whose files go by an id: one of these, or another company, which whoever imports its files named. Asked for each row of a file. */
export function fileProvider(id: string): FileProvider {
  const known = named.get(id) ?? company(id, id);
  named.set(id, known);
  return known;
}
