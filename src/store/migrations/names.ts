import { CostsError } from '../../errors.js';
import { shortName } from './folder.js';

/**
 * The migration somebody means: its name, or the name without its timestamp.
 * @throws CostsError `usage` when none or several fit
 */
export function findMigration(names: readonly string[], wanted: string): string {
  if (names.includes(wanted)) return wanted;
  const found = names.filter((name) => shortName(name) === wanted);
  if (found.length === 1 && found[0] !== undefined) return found[0];
  const hint = `There are: ${names.join(', ')}.`;
  if (found.length === 0) throw new CostsError('usage', `No migration is called "${wanted}".`, { hint });
  throw new CostsError('usage', `"${wanted}" could be ${found.join(' or ')}.`, { hint: 'Say it with its timestamp.' });
}
