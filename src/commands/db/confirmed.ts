import { CostsError } from '../../errors.js';
import type { Output } from '../../output/output.js';

/** Asks before something is dropped. @throws CostsError `usage` where nobody can be asked or the answer is no */
export async function confirmed(
  { interactive, prompt }: Pick<Output, 'interactive' | 'prompt'>,
  question: string,
  what: string,
): Promise<void> {
  if (!interactive)
    throw new CostsError('usage', `${what} needs a confirmation, and nobody can be asked.`, { hint: 'Add --yes.' });
  if (await prompt.confirm(question, { default: false })) return;
  throw new CostsError('usage', 'Nothing was changed.');
}
