/** How values of one column type become values of ours, and back. */
export interface Conversion {
  to: (column: string) => string;
  back: (column: string) => string;
  /** SQL that is true of a value of ours which the old type cannot hold: such rows go to the rollback's export. */
  beyond: ((column: string) => string) | null;
  /** SQL that is true of a value which would not survive the way there, in words and as a condition. */
  refused: { text: string; is: (column: string) => string }[];
}

/** Bytes of the types of whole numbers. */
const INTEGERS: Record<string, bigint> = { smallint: 2n, integer: 4n, bigint: 8n };

/** Types of ids that become text, and SQL that is true of a text which does not become one again. */
const KEY_TYPES: Record<string, (column: string) => string> = {
  uuid: (column) => `${column} !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'`,
  ...Object.fromEntries(Object.entries(INTEGERS).map(([type, bytes]) => [type, beyondInteger(bytes)])),
};

function beyondInteger(bytes: bigint): (column: string) => string {
  const limit = 2n ** (bytes * 8n - 1n);
  // In the order of CASE: what is no number cannot be compared as one.
  return (column) =>
    `CASE WHEN ${column} !~ '^(0|-?[1-9][0-9]{0,18})$' THEN true ELSE ${column}::numeric NOT BETWEEN -${limit} AND ${limit - 1n} END`;
}

/** Whether values of this type compare with no text. */
export function isKeyType(type: string): boolean {
  return type in KEY_TYPES;
}

const same = (column: string) => column;
const trimmed = (column: string) => `trim_scale(${column})`;
const ZONED = /^timestamp(\(\d\))? with time zone$/;
const PLAIN = /^timestamp(\(\d\))? without time zone$/;
const NUMERIC = 'numeric(65,30)';

const FINER = {
  text: 'has parts of a millisecond',
  is: (column: string) => `${column} <> date_trunc('milliseconds', ${column})`,
};
const ENDLESS = { text: 'is infinite', is: (column: string) => `NOT isfinite(${column})` };
const LONG = {
  text: 'has more than 30 decimals or 35 digits before them',
  is: (column: string) => {
    // A float's shortest text, as the conversion reads it; what is no number at all is told by itself.
    const number = `CASE WHEN ${column}::text !~ '[A-Za-z]{3}' THEN ${column}::text::numeric END`;
    return `(scale(trim_scale(${number})) > 30 OR abs(${number}) >= 1e35)`;
  },
};
const NO_NUMBER = {
  text: 'is NaN or infinite',
  is: (column: string) => `${column}::text IN ('NaN', 'Infinity', '-Infinity')`,
};

/**
 * How a type becomes ours without a value saying anything else; undefined where that cannot be said of every value.
 * @param zone in which instants are midnights, as somebody said; UTC where nobody did and all of them are
 */
export function convert(have: string, want: string, zone?: string): Conversion | undefined {
  const cast = (column: string) => `${column}::${have}`;
  const differs = (column: string, back = cast(column)) => `${back} <> ${column}`;
  if (want === 'text' && /^character/.test(have)) return { to: same, back: cast, beyond: differs, refused: [] };
  const beyondKey = want === 'text' ? KEY_TYPES[have] : undefined;
  if (beyondKey !== undefined) return { to: (column) => `${column}::text`, back: cast, beyond: beyondKey, refused: [] };
  if (PLAIN.test(want)) return toTimestamp(have, zone);
  if (ZONED.test(want) && PLAIN.test(have)) {
    const utc = (column: string) => `${column} AT TIME ZONE 'UTC'`;
    return { to: utc, back: utc, beyond: null, refused: [FINER, ENDLESS] };
  }
  if (ZONED.test(want) && ZONED.test(have)) return { to: same, back: same, beyond: null, refused: [FINER, ENDLESS] };
  if (want === NUMERIC && /^numeric|^integer$|^bigint$|^smallint$/.test(have))
    // Without a scale a number keeps the zeros that it is written with.
    return {
      to: same,
      back: have === 'numeric' ? trimmed : cast,
      beyond: beyondNumber(have),
      refused: [NO_NUMBER, LONG],
    };
  if (want === NUMERIC && /^double precision$|^real$/.test(have)) {
    // The shortest text that leads back to the same float, which is what the writer meant.
    const to = (column: string) => `${column}::text::numeric`;
    const beyond = (column: string) => differs(column, to(`(${cast(column)})`));
    return { to, back: cast, beyond, refused: [NO_NUMBER, LONG] };
  }
  return undefined;
}

/** Without a cast, which would fail of what is too large. */
function beyondNumber(have: string): Conversion['beyond'] {
  if (have === 'numeric') return null;
  const [, precision, scale] = /^numeric\((\d+),(-?\d+)\)$/.exec(have) ?? [];
  const bytes = INTEGERS[have] ?? 0n;
  const limit =
    precision === undefined ? String(2n ** (bytes * 8n - 1n)) : `1e${Number(precision) - Number(scale ?? '0')}`;
  return (column) => `(round(${column}, ${scale ?? '0'}) <> ${column} OR abs(${column}) >= ${limit})`;
}

function toTimestamp(have: string, zone: string | undefined): Conversion | undefined {
  if (PLAIN.test(have)) return { to: same, back: same, beyond: null, refused: [FINER, ENDLESS] };
  if (have === 'date') {
    const day = (column: string) => `${column}::date`;
    const to = (column: string) => `${column}::timestamp`;
    return { to, back: day, beyond: (column) => `${column} <> ${day(column)}`, refused: [ENDLESS] };
  }
  if (!ZONED.test(have)) return undefined;
  const there = (column: string) => `${column} AT TIME ZONE '${zone ?? 'UTC'}'`;
  const uncertain =
    zone === undefined
      ? {
          text: 'is not midnight UTC, so its day depends on a time zone (say which: --dates-in ZONE)',
          is: (column: string) => notMidnight(column),
        }
      : {
          text: `is in an hour that comes twice in ${zone}, when its clocks go back`,
          is: (column: string) => `(${there(column)}) AT TIME ZONE '${zone}' <> ${column}`,
        };
  return { to: there, back: there, beyond: null, refused: [ENDLESS, FINER, uncertain] };
}

/** SQL that is true of an instant which is no midnight of UTC. */
export function notMidnight(column: string): string {
  return `(${column} AT TIME ZONE 'UTC') <> date_trunc('day', ${column} AT TIME ZONE 'UTC')`;
}

export function isZoned(type: string): boolean {
  return ZONED.test(type);
}

/** From what a column is computed instead of being written. */
export interface Computation {
  sql: string;
  stored: boolean;
}

interface ColumnParts {
  type: string;
  required: boolean;
  standard: string | null;
  computed: Computation | null;
}

/** The parts of a column as the catalog describes it. */
export function partsOf(definition: string): ColumnParts {
  const [, type = '', required, by, sql = ''] =
    /^(.*?)( not null)?(?: identity)?(?: (default|stored as|computed as) (.*))?$/s.exec(definition) ?? [];
  const isComputed = by !== undefined && by !== 'default';
  return {
    type,
    required: required !== undefined,
    standard: by === 'default' ? sql : null,
    computed: isComputed ? { sql, stored: by === 'stored as' } : null,
  };
}
