import type { Fact } from './catalog.js';
import { isText, namedType } from './enum-types.js';

const DAY = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const TIME = '[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?';
const OFFSET = ' ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)';

/** How the values of one type become those of another. */
interface Way {
  type: string;
  using: (value: string) => string;
}

/** Null where nobody but their owner knows what the values mean. */
export function wayTo(have: string, want: string, live: readonly Fact[]): Way | null {
  const base = namedType('domain', have, live)?.definition;
  if (base !== undefined) return { type: base, using: (value) => `${value}::${base}` };
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
        ` WHEN ${value} ~ '^${DAY}[T ]${TIME}${OFFSET}$' THEN ${value}::timestamptz ELSE ('not a valid time: ' || ${value})::timestamptz END`,
    };
  if (/^timestamp/.test(want) && /^(?:integer|bigint|double precision|numeric)/.test(have))
    return { type: 'timestamptz', using: (value) => instantOf(`${value}::text`) };
  if (want === 'boolean') return { type: want, using: (value) => `${value}::text::boolean` };
  return null;
}

/** By their digits, numbers of this century can be read in one way only: 20260131, and what has passed since 1970. */
const PARTS = { 10: 'second', 13: 'millisecond', 16: 'microsecond' };

function instantOf(value: string): string {
  const since = Object.entries(PARTS).map(
    ([digits, part]) =>
      `WHEN ${value} ~ '^[1-9][0-9]{${Number(digits) - 1}}([.][0-9]+)?$' THEN timestamptz 'epoch' + ${value}::float8 * interval '1 ${part}'`,
  );
  return `CASE WHEN ${value} ~ '^20[0-9]{6}$' THEN to_date(${value}, 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC' ${since.join(' ')} ELSE ('not a valid time: ' || ${value})::timestamptz END`;
}
