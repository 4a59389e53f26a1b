import { CostsError } from '../errors.js';

/** For words that no compiler has checked. @throws CostsError `usage` for one that is not among those that will do */
export function requireOneOf(word: string, those: readonly string[]): void {
  if (!those.includes(word)) throw new CostsError('usage', `"${word}" is not one of ${those.join(', ')}.`);
}
