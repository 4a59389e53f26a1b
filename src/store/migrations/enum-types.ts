import type { Fact } from './catalog.js';
import type { Conversion } from './column-types.js';
import { lastPart, literal } from './step.js';

/** The enum, or the domain, that a column's type is, by the name that the catalog gives the type. */
export function namedType(kind: 'enum' | 'domain', type: string | null, facts: readonly Fact[]): Fact | undefined {
  return facts.find(({ object }) => {
    const name = lastPart(object);
    return object.startsWith(`${kind} `) && (type === name || type === `"${name.replaceAll('"', '""')}"`);
  });
}

export function labelsOf({ definition }: Fact): string[] {
  return definition.split(', ');
}

/** How a text whose values are labels becomes an enum of ours, and an enum of theirs a text; undefined where neither is so. */
export function convertEnum(
  have: string,
  want: string,
  { expected, live }: { expected: readonly Fact[]; live: readonly Fact[] },
): Conversion | undefined {
  const ours = namedType('enum', want, expected);
  if (ours !== undefined && isText(have)) {
    const labels = labelsOf(ours);
    return {
      to: (column) => `${column}::text::${want}`,
      back: (column) => `${column}::text::${have}`,
      beyond: null,
      refused: [
        {
          text: `is neither ${labels.join(' nor ')} (correct it, or take it out of the table)`,
          is: (column) => `${column}::text NOT IN (${labels.map(literal).join(', ')})`,
        },
      ],
    };
  }
  if (want !== 'text' || namedType('enum', have, live) === undefined) return undefined;
  return {
    to: (column) => `${column}::text`,
    back: (column) => `${column}::${have}`,
    beyond: (column) =>
      `${column} NOT IN (SELECT enumlabel::text FROM pg_enum WHERE enumtypid = ${literal(have)}::regtype)`,
    refused: [],
  };
}

export function isText(type: string): boolean {
  return /^(?:text$|character)/.test(type);
}
