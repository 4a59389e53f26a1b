import type { Option } from 'commander';
import { CostsError } from '../errors.js';
import type { Output } from '../output/output.js';
import { option } from './define.js';

/** For what cannot be undone. */
export function confirmOption(): Option {
  return option('--yes', 'do not ask');
}

/**
 * Asks before what cannot be undone, unless --yes was given.
 * @throws CostsError `usage` without a terminal, `declined` when the answer is no
 */
export async function confirm(
  { interactive, prompt }: Pick<Output, 'interactive' | 'prompt'>,
  { yes, question }: { yes: boolean | undefined; question: string },
): Promise<void> {
  if (yes === true) return;
  if (!interactive)
    throw new CostsError('usage', `${question} There is no terminal to answer on.`, {
      hint: 'If so, run the same command with --yes.',
    });
  if (await prompt.confirm(question, { default: false })) return;
  throw new CostsError('declined', 'Nothing was changed.');
}
