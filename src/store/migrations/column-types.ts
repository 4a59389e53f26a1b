/** How values of one column type become values of another, and back. */
interface Conversion {
  to: (column: string) => string;
  back: (column: string) => string;
  /** Whether the old type cannot express every value of the new one: such rows go to the rollback's export. */
  lossy: boolean;
  /** SQL that is true of a value which would not survive the way there, in words and as a condition. */
  unless?: { text: string; is: (column: string) => string };
}

/** How a type becomes ours without a value saying anything else; undefined where that cannot be said of every value. */
export function convert(have: string, want: string): Conversion | undefined {
  const same = (column: string) => column;
  const utc = (column: string) => `${column} AT TIME ZONE 'UTC'`;
  const finer = {
    text: 'has parts of a millisecond',
    is: (column: string) => `${column} <> date_trunc('milliseconds', ${column})`,
  };
  const [zoned, plain] = [/^timestamp(\(\d\))? with time zone$/, /^timestamp(\(\d\))? without time zone$/];
  if (want === 'text' && /^character varying/.test(have))
    return { to: same, back: (column) => `${column}::${have}`, lossy: true };
  if (zoned.test(want) && plain.test(have)) return { to: utc, back: utc, lossy: false, unless: finer };
  if (plain.test(want) && zoned.test(have))
    return {
      to: utc,
      back: utc,
      lossy: false,
      unless: {
        text: 'is no midnight of UTC, so that its day depends on a time zone',
        is: (column) => `${utc(column)} <> date_trunc('day', ${utc(column)})`,
      },
    };
  if ((plain.test(want) && plain.test(have)) || (zoned.test(want) && zoned.test(have)))
    return { to: same, back: same, lossy: false, unless: finer };
  if (want === 'numeric(65,30)' && /^numeric|^integer$|^bigint$/.test(have))
    return {
      to: same,
      back: (column) => `${column}::${have}`,
      lossy: true,
      unless: { text: 'is NaN', is: (column) => `${column}::text = 'NaN'` },
    };
  if (want === 'numeric(65,30)' && /^double precision$|^real$/.test(have))
    return {
      // The shortest text that leads back to the same float, which is what the writer meant.
      to: (column) => `${column}::text::numeric`,
      back: (column) => `${column}::${have}`,
      lossy: true,
      unless: { text: 'is NaN or infinite', is: (column) => `${column}::text IN ('NaN', 'Infinity', '-Infinity')` },
    };
  return undefined;
}

/** The parts of a column as the catalog describes it. */
export function partsOf(definition: string): { type: string; required: boolean; standard: string | null } {
  const [, type = '', required, standard] = /^(.*?)( not null)?(?: default (.*))?$/s.exec(definition) ?? [];
  return { type, required: required !== undefined, standard: standard ?? null };
}
