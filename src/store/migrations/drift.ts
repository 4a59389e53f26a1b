import type { Fact } from './catalog.js';

/** One way in which a live schema is not what its history says. */
export interface Difference {
  /** What and which: `column cost_data.currency`. */
  object: string;
  problem: 'missing' | 'unexpected' | 'different';
  expected: string | null;
  found: string | null;
  /** All of it in words: `column cost_data.currency is missing`. */
  text: string;
}

/**
 * What differs, most telling objects first. Whatever belongs to a table that is missing or unexpected is left out: the
 * table says it. Functions beside ours are somebody else's business.
 */
export function compareCatalogs(expected: readonly Fact[], found: readonly Fact[]): Difference[] {
  const wanted = new Map(expected.map((fact) => [fact.object, fact.definition]));
  const live = new Map(found.map((fact) => [fact.object, fact.definition]));
  const differences: Omit<Difference, 'text'>[] = [];
  for (const [object, definition] of wanted) {
    const other = live.get(object);
    if (other === undefined) differences.push({ object, problem: 'missing', expected: definition, found: null });
    else if (other !== definition)
      differences.push({ object, problem: 'different', expected: definition, found: other });
  }
  for (const [object, definition] of live) {
    if (!wanted.has(object) && !object.startsWith('function '))
      differences.push({ object, problem: 'unexpected', expected: null, found: definition });
  }
  return withoutParts(differences).map((difference) => ({ ...difference, text: describe(difference) }));
}

function describe({ object, problem, expected, found }: Omit<Difference, 'text'>): string {
  if (problem === 'different') return `${object} is ${found ?? ''} instead of ${expected ?? ''}`;
  if (!object.startsWith('validation ')) return `${object} is ${problem}`;
  return `${object.replace('validation ', 'constraint ')} is ${problem === 'missing' ? 'not ' : ''}validated`;
}

function withoutParts<T extends Omit<Difference, 'text'>>(differences: readonly T[]): T[] {
  const whole = new Set(
    differences.filter(({ object }) => object.startsWith('table ')).map(({ object }) => object.slice('table '.length)),
  );
  const gone = new Set(
    differences
      .filter(({ object }) => object.startsWith('constraint '))
      .map(({ object }) => object.slice('constraint '.length)),
  );
  return differences.filter(({ object, expected, found }) => {
    const [kind, name] = splitObject(object);
    if (kind === 'table' || kind === 'enum' || kind === 'function') return true;
    if (kind === 'index') return !whole.has(/ ON (?:ONLY )?"?([^\s"]+)"? /.exec(expected ?? found ?? '')?.[1] ?? '');
    if (kind === 'validation' && gone.has(name)) return false;
    return !whole.has(name.split('.')[0] ?? '');
  });
}

function splitObject(object: string): [string, string] {
  const space = object.indexOf(' ');
  return [object.slice(0, space), object.slice(space + 1)];
}
