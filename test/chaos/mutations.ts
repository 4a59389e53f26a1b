import fc from 'fast-check';

/** One change to a file: where, as a part of its length, how, and with what. */
export interface Mutation {
  at: number;
  length: number;
  how: (typeof WAYS)[number];
  other: Buffer;
}

const WAYS = ['replace', 'insert', 'cut', 'drop', 'double', 'token', 'flip'] as const;

/** What files of people and programs hold that should not be there. */
const JUNK = [
  ...[
    '',
    '\0',
    '\ufeff',
    '\u202e',
    '\u001b]0;x\u0007',
    '\r\n',
    '\n\n',
    ',',
    '"',
    '""',
    "'",
    ';',
    '\t',
    '{',
    '}',
    '[',
    ']',
    '\\',
    '=1+1',
  ],
  ...[
    '1e400',
    '-1e-400',
    '1'.repeat(40),
    `0.${'1'.repeat(31)}`,
    'NaN',
    '-0',
    '1,5',
    '1_000',
    'null',
    'true',
    '{}',
    '[[[[[[]]]]]]',
  ],
  ...[
    '9999-99-99',
    '2026-02-30T00:00:00Z',
    '2026-10-01',
    'EUR',
    'XXXX',
    '__proto__',
    'constructor',
    '$(id)',
    '../../etc/passwd',
  ],
].map((text) => Buffer.from(text));
const BYTES = [
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xc3, 0x28]),
  Buffer.from([0x1f, 0x8b, 0x08]),
  Buffer.from([0x92]),
];

export const mutations = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    length: fc.nat(60),
    how: fc.constantFrom(...WAYS),
    other: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...JUNK, ...BYTES) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)) },
    ),
  }),
  { minLength: 1, maxLength: 3 },
);

export function mutate(file: Buffer, changes: readonly Mutation[]): Buffer {
  return changes.reduce(mutateOnce, file);
}

function mutateOnce(file: Buffer, { at, length, how, other }: Mutation): Buffer {
  const start = Math.floor(at * file.length);
  const end = Math.min(file.length, start + length);
  const [before, chosen, after] = [file.subarray(0, start), file.subarray(start, end), file.subarray(end)];
  if (how === 'replace') return Buffer.concat([before, other, after]);
  if (how === 'insert') return Buffer.concat([before, other, chosen, after]);
  if (how === 'cut') return before;
  if (how === 'drop') return Buffer.concat([before, after]);
  if (how === 'double') return Buffer.concat([before, chosen, chosen, after]);
  if (how === 'flip')
    return Buffer.concat([before, Buffer.from(chosen.map((byte) => byte ^ (1 << (length & 7)))), after]);
  // A whole value in the place of another, which random bytes seldom hit.
  const text = file.toString('latin1');
  const values = [...text.matchAll(/"(?:[^"\\]|\\.|"")*"|-?\d[\d.eE+-]*|[^\s,:{}[\]"]+/g)];
  const value = values[Math.floor(at * values.length)];
  if (value === undefined) return other;
  const head = file.subarray(0, value.index);
  return Buffer.concat([head, other, file.subarray(value.index + value[0].length)]);
}
