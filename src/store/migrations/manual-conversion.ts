import { quote } from '../rows.js';
import type { Fact } from './catalog.js';
import { retype } from './convert-columns.js';
import { wayTo } from './type-ways.js';

/**
 * The statement by which a person leads a column to a type that is then taken over. It fails, and changes nothing, of a value
 * that it cannot keep; null where nobody but its owner knows what the values mean.
 * @param standard the column's default as SQL, which becomes the other type too
 */
export function manualConversion(
  { table, name, standard }: { table: string; name: string; standard: string | null },
  have: string,
  want: string,
  live: readonly Fact[],
): string | null {
  const way = wayTo(have, want, live);
  if (way === null) return null;
  const parts = retype(
    name,
    `TYPE ${way.type} USING ${way.using(quote(name))}`,
    standard,
    standard === null ? null : way.using(`(${standard})`),
  );
  return `ALTER TABLE ${quote(table)} ${parts.join(', ')}`;
}
