import { quote } from '../rows.js';
import { isText } from './enum-types.js';
import { retype } from './convert-columns.js';

const DAY = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const TIME = '[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?';
const OFFSET = ' ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)';

/**
 * The statement by which a person leads a column to a type that is then taken over. It fails, and changes nothing, of a value
 * that it cannot keep; null where nobody but its owner knows what the values mean.
 * @param standard the column's default as SQL, which becomes the other type too
 */
export function manualConversion(
  { table, name, standard }: { table: string; name: string; standard: string | null },
  have: string,
  want: string,
): string | null {
  const way = wayTo(have, want);
  if (way === null) return null;
  const parts = retype(
    name,
    `TYPE ${way.type} USING ${way.using(quote(name))}`,
    standard,
    standard === null ? null : way.using(`(${standard})`),
  );
  return `ALTER TABLE ${quote(table)} ${parts.join(', ')}`;
}

function wayTo(have: string, want: string): { type: string; using: (value: string) => string } | null {
  if (want === 'text') return { type: 'text', using: (value) => `${value}::text` };
  // As many digits as there are: what is too long for ours is named by adopting, and would be rounded here.
  if (/^numeric/.test(want) && (isText(have) || have === 'money'))
    return { type: 'numeric', using: (value) => `${value}::numeric` };
  // Other texts mean a day by the settings of the session.
  if (/^timestamp/.test(want) && isText(have))
    return {
      type: 'timestamptz',
      using: (value) =>
        `CASE WHEN ${value} ~ '^${DAY}([T ]${TIME})?$' THEN ${value}::timestamp AT TIME ZONE 'UTC'` +
        ` WHEN ${value} ~ '^${DAY}[T ]${TIME}${OFFSET}$' THEN ${value}::timestamptz ELSE ('no instant: ' || ${value})::timestamptz END`,
    };
  return null;
}
