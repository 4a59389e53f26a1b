import { quote } from '../rows.js';
import type { Fact } from './catalog.js';
import { partsOf } from './column-types.js';
import { lastName } from './step.js';

/** One way in which a live schema is not what its history says. */
export interface Difference {
  /** What and which: `column cost_data.currency`. */
  object: string;
  problem: 'missing' | 'different';
  expected: string | null;
  found: string | null;
  /** All of it in words: `column cost_data.currency is missing`. */
  text: string;
}

/**
 * What is not as expected, most telling objects first: ours must be there. What else is there is somebody's own and no
 * difference. Whatever belongs to a table that is missing is left out: the table says it.
 */
export function compareCatalogs(expected: readonly Fact[], found: readonly Fact[]): Difference[] {
  const live = new Map(found.map((fact) => [fact.object, fact.definition]));
  const differences = expected.flatMap(({ object, definition }): Omit<Difference, 'text'>[] => {
    const other = live.get(object);
    if (other === undefined) return [{ object, problem: 'missing', expected: definition, found: null }];
    if (isSame(object, definition, other)) return [];
    return [{ object, problem: 'different', expected: definition, found: other }];
  });
  return withoutParts(differences).map((difference) => ({ ...difference, text: describe(difference) }));
}

/** An enum may have labels of theirs beside ours, and a column a default where ours has none. */
function isSame(object: string, expected: string, found: string): boolean {
  if (expected === found) return true;
  if (object.startsWith('enum ')) {
    const labels = found.split(', ');
    return expected.split(', ').every((label) => labels.includes(label));
  }
  return (
    object.startsWith('column ') && partsOf(expected).standard === null && found.startsWith(`${expected} default `)
  );
}

/** An object that is not ours, on or beside our tables. */
export interface ForeignObject {
  /** `column users.password_hash`, `index my_report_idx`, `table orders`. */
  object: string;
  /** How it will stop what we write, or null. */
  stops: string | null;
}

const EVENT_TRIGGER = /^event trigger /;

/** What is in the schema and not ours: it is left alone. What can refuse our writes comes first. */
export function findForeign(expected: readonly Fact[], found: readonly Fact[]): ForeignObject[] {
  const ours = new Set(expected.map(({ object }) => object));
  const tables = new Set(expected.map(({ table }) => table));
  const isOurTable = ({ table }: Fact) => table !== null && tables.has(table);
  return found
    .filter((fact) => !ours.has(fact.object) && !/^(?:function|validation) /.test(fact.object))
    .filter((fact) => fact.table === null || fact.object.startsWith('table ') || isOurTable(fact))
    .map((fact) => ({
      object: fact.object,
      stops: isOurTable(fact) || EVENT_TRIGGER.test(fact.object) ? stops(fact, expected) : null,
    }))
    .sort((one, other) => Number(other.stops !== null) - Number(one.stops !== null));
}

function stops({ object, definition, table }: Fact, expected: readonly Fact[]): string | null {
  if (/^column /.test(object) && / not null$/.test(definition)) {
    const told = 'it must have a value and has no default';
    // What Prisma's `@updatedAt` is: its client alone fills it.
    const now = `ALTER TABLE ${quote(table ?? '')} ALTER COLUMN ${quote(lastName(object))} SET DEFAULT now()`;
    return /^timestamp|^date/.test(definition) ? `${told}. This gives it one: ${now}` : told;
  }
  if (EVENT_TRIGGER.test(object)) return `it runs at each ${definition}, as of a migration or a rollback`;
  if (/^trigger /.test(object)) return 'it runs with each of our writes';
  if (/^rule /.test(object)) return 'it changes what our writes do';
  if (/^constraint /.test(object) && !/^PRIMARY|^FOREIGN/.test(definition)) return `it refuses rows: ${definition}`;
  if (!/^index /.test(object) || !/^CREATE UNIQUE/.test(definition)) return null;
  const isOfOurs = expected.some((ours) => ours.table === table && keyColumns(ours) === keyColumns({ definition }));
  return definition.endsWith(' (deferrable)') && isOfOurs
    ? 'it is deferrable, and PostgreSQL lets nothing be collected beside one that is'
    : 'it refuses rows with the same values';
}

/** The columns of a unique index, in whatever order; null of anything else. */
function keyColumns({ definition }: Pick<Fact, 'definition'>): string | null {
  const [, columns = null] = /^CREATE UNIQUE [^(]*\(([^()]*)\)/.exec(definition) ?? [];
  return columns && columns.split(', ').sort().join(', ');
}

function describe({ object, problem, expected, found }: Omit<Difference, 'text'>): string {
  if (problem === 'different') return `${object} is ${found ?? ''} instead of ${expected ?? ''}`;
  if (!object.startsWith('validation ')) return `${object} is ${problem}`;
  return `${object.replace('validation ', 'constraint ')} is not validated`;
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
