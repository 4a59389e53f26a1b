import { quote } from '../rows.js';
import type { Fact } from './catalog.js';
import { partsOf } from './column-types.js';
import { convertColumns, findConversions, foreignKeysOf, type ConvertedColumn, type Zones } from './convert-columns.js';
import { labelsOf } from './enum-types.js';
import { changeColumn } from './change-column.js';
import { anyRow, isSameReference, orphans, sharedKeys } from './row-checks.js';
import { dropColumn, lastName, lastPart, literal, step, type Step } from './step.js';
import { describeTableKind } from './table-kinds.js';

/** What leads from a live schema to the expected one, without touching what is not ours. */
export interface SchemaPlan {
  steps: Step[];
  /** What cannot be led there, in words. */
  problems: string[];
  /** The columns that become another type. */
  conversions: ConvertedColumn[];
}

/** The order in which things can be made; what depends comes after what it depends on. */
const KINDS = ['table', 'column', 'constraint', 'index', 'trigger', 'function'];

/** Plans by meaning: an index or a constraint that does the same under another name is ours, and only takes our name. */
export function planSchema(expected: readonly Fact[], live: readonly Fact[], zones: Zones = new Map()): SchemaPlan {
  const found = new Map(live.map((fact) => [fact.object, fact]));
  const conversions = findConversions(expected, live, zones);
  const problems = foreignKeysOf(conversions, live)
    .filter((key) => !expected.some((fact) => isSameReference(fact, key)))
    .map(
      ({ object, definition }) =>
        `the ${object} is not ours and keeps ids from becoming text: drop it and make its column text, then run this again (${definition})`,
    );
  const lead = (fact: Fact): Step[] => {
    const other = found.get(fact.object);
    if (other?.definition === fact.definition) return [];
    const made = other === undefined ? make(fact, expected, live) : change(fact, other, conversions, live);
    if (typeof made !== 'string') return made;
    problems.push(made);
    return [];
  };
  const wanted = expected.filter(({ object }) => !object.startsWith('validation '));
  const isEnum = ({ object }: Fact) => object.startsWith('enum ');
  // What is converted can then be compared, filled and referred to as what it will be, and on the way back once nothing new does.
  const steps = [
    ...wanted.filter(isEnum).flatMap(lead),
    ...convertColumns(conversions, live),
    ...wanted
      .filter((fact) => !isEnum(fact))
      .sort((one, other) => rank(one) - rank(other))
      .flatMap(lead),
  ];
  return { steps, problems, conversions };
}

/** Primary keys before the foreign keys that refer to them. */
function rank({ object, definition }: Fact): number {
  return KINDS.indexOf(object.split(' ')[0] ?? '') * 2 + (definition.startsWith('FOREIGN KEY') ? 1 : 0);
}

function make(fact: Fact, expected: readonly Fact[], live: readonly Fact[]): Step[] | string {
  const [kind = ''] = fact.object.split(' ');
  const table = quote(fact.table ?? '');
  const name = lastName(fact.object);
  const tableIsThere = live.some(({ object }) => object === `table ${fact.table ?? ''}`);
  switch (kind) {
    case 'enum':
      return [
        step(
          `make the type ${name}`,
          `CREATE TYPE ${quote(name)} AS ENUM (${labelsOf(fact).map(literal).join(', ')})`,
          `DROP TYPE ${quote(name)}`,
          null,
        ),
      ];
    case 'table': {
      const columns = expected.filter(({ object }) => object.startsWith(`column ${name}.`));
      const list = columns.map((column) => `${quote(lastName(column.object))} ${serial(column.definition)}`).join(', ');
      return [step(`make the table ${name}`, `CREATE TABLE ${table} (${list})`, `DROP TABLE ${table}`, null)];
    }
    case 'column':
      return tableIsThere ? addColumn(fact, table, name) : [];
    case 'constraint':
      return addConstraint(fact, table, name, live, tableIsThere);
    case 'index':
      return addIndex(fact, name, live, tableIsThere);
    default:
      return `${fact.object} is missing, and is made by no statement of its own`;
  }
}

/** A column that may not be null gives the rows that are there a value first, where one can be told. */
function addColumn(fact: Fact, table: string, name: string): Step[] {
  const { type, required, standard } = partsOf(fact.definition);
  const column = lastPart(fact.object);
  const filler = FILLERS[column];
  const add = `ALTER TABLE ${table} ADD COLUMN ${quote(name)} ${fact.definition}`;
  const settle = standard === null ? 'DROP DEFAULT' : `SET DEFAULT ${standard}`;
  const sql =
    filler === undefined
      ? add
      : `${add.replace(/ default .*$/s, '')} DEFAULT ${filler}; ALTER TABLE ${table} ALTER COLUMN ${quote(name)} ${settle}`;
  const unknown = required && standard === null && filler === undefined;
  const checks = unknown ? [anyRow(fact.table ?? '', name, type)] : [];
  return [step(`add the column ${column}`, sql, dropColumn(fact.table ?? '', name), fact.table, { checks })];
}

/** What rows get that were there before a column which may not be null, as SQL. */
export const FILLERS: Readonly<Record<string, string | undefined>> = {
  'organization_api_keys.name': `'adopted'`,
  'organization_api_keys.source': `'vault'`,
  'organization_api_keys.host': `''`,
  'organization_api_keys.last_four': `''`,
  // Long ago: attempts of these minutes lock an account.
  'login_attempts.attempted_at': `'1970-01-01T00:00:00Z'`,
  'login_attempts.success': 'false',
  'login_attempts.reason': `'adopted'`,
};

function addConstraint(
  fact: Fact,
  table: string,
  name: string,
  live: readonly Fact[],
  tableIsThere: boolean,
): Step[] | string {
  // A primary key takes the name of the index that keeps it.
  const index = live.find(({ object }) => object === `index ${name}`);
  if (fact.definition.startsWith('PRIMARY KEY') && index !== undefined) return anotherIndex(name, index);
  const same = live.find(
    (other) =>
      other.table === fact.table && other.object.startsWith('constraint ') && other.definition === fact.definition,
  );
  if (same !== undefined) {
    const old = lastName(same.object);
    return [
      step(
        `rename the constraint ${old} of ${fact.table ?? ''} to ${name}`,
        `ALTER TABLE ${table} RENAME CONSTRAINT ${quote(old)} TO ${quote(name)}`,
        `ALTER TABLE ${table} RENAME CONSTRAINT ${quote(name)} TO ${quote(old)}`,
        fact.table,
      ),
    ];
  }
  const reference = live.find((other) => isSameReference(fact, other));
  if (reference !== undefined) return replaceReference(fact, reference, table, live);
  const primary = live.find((other) => other.table === fact.table && other.definition.startsWith('PRIMARY KEY'));
  if (fact.definition.startsWith('PRIMARY KEY') && primary !== undefined) return anotherKey(fact, primary, table, live);
  return [
    step(
      `add the constraint ${name} to ${fact.table ?? ''}`,
      `ALTER TABLE ${table} ADD CONSTRAINT ${quote(name)} ${fact.definition}`,
      tableIsThere ? `ALTER TABLE ${table} DROP CONSTRAINT ${quote(name)}` : null,
      fact.table,
      { checks: fact.definition.startsWith('FOREIGN KEY') ? orphans(fact, live) : sharedKeys(fact, live) },
    ),
  ];
}

function anotherKey(fact: Fact, primary: Fact, table: string, live: readonly Fact[]): string {
  const [column, theirs] = [fact, primary].map(({ definition }) => /^PRIMARY KEY \(([^,]+)\)$/.exec(definition)?.[1]);
  const isThere = live.some(({ object }) => object === `column ${fact.table ?? ''}.${column ?? ''}`);
  if (!isThere && column !== undefined && theirs !== undefined)
    return `the key of ${fact.table ?? ''} is called ${theirs} instead of ${column}: give the field of your application @map("${column}") and rename the column (ALTER TABLE ${table} RENAME COLUMN ${theirs} TO ${column})`;
  const swap = `ALTER TABLE ${table} DROP CONSTRAINT ${quote(lastName(primary.object))}, ADD CONSTRAINT ${quote(lastName(fact.object))} ${fact.definition}`;
  return `the table ${fact.table ?? ''} has another key, ${primary.definition} instead of ${fact.definition}. This keeps both: ${swap}, ADD ${primary.definition.replace('PRIMARY KEY', 'UNIQUE')}`;
}

function anotherIndex(name: string, { definition }: Fact): string {
  return `the index ${name} is another one, ${definition}: rename it (ALTER INDEX ${quote(name)} RENAME TO ${quote(`${name}_other`)})`;
}

function addIndex(fact: Fact, name: string, live: readonly Fact[], tableIsThere: boolean): Step[] {
  const same = live.find(
    (other) =>
      other.table === fact.table &&
      other.object.startsWith('index ') &&
      shapeOf(other.definition) === shapeOf(fact.definition),
  );
  if (same !== undefined) {
    const old = lastName(same.object);
    return [
      step(
        `rename the index ${old} to ${name}`,
        `ALTER INDEX ${quote(old)} RENAME TO ${quote(name)}`,
        `ALTER INDEX ${quote(name)} RENAME TO ${quote(old)}`,
        null,
      ),
    ];
  }
  return [
    step(`make the index ${name}`, fact.definition, tableIsThere ? `DROP INDEX ${quote(name)}` : null, fact.table, {
      checks: sharedKeys(fact, live),
    }),
  ];
}

/** An index without its name; one that is invalid, partial, deferrable or takes nulls as equal says so and is another. */
export function shapeOf(definition: string): string {
  return definition.replace(/^(CREATE (?:UNIQUE )?INDEX) (?:"(?:[^"]|"")*"|\S+) ON /, '$1 ON ');
}

function change(
  fact: Fact,
  other: Fact,
  conversions: readonly ConvertedColumn[],
  live: readonly Fact[],
): Step[] | string {
  const [kind = ''] = fact.object.split(' ');
  const table = quote(fact.table ?? '');
  if (kind === 'enum') return addLabels(fact, other);
  const name = lastName(fact.object);
  if (kind === 'table') return `the table ${name} is ${describeTableKind(other, live)}`;
  if (kind === 'index' && other.definition === `${fact.definition} (invalid)`)
    return `the index ${name} is invalid, as its building broke off, and holds nothing: remove it, and it is built again (DROP INDEX ${quote(name)})`;
  if (kind === 'index') return anotherIndex(name, other);
  if (kind === 'constraint' && isSameReference(fact, other)) return replaceReference(fact, other, table, live);
  if (kind === 'constraint' && [fact, other].every(({ definition }) => definition.startsWith('PRIMARY KEY')))
    return anotherKey(fact, other, table, live);
  if (kind === 'constraint')
    return `the ${fact.object} is another one (${other.definition} instead of ${fact.definition}): rename it (ALTER TABLE ${table} RENAME CONSTRAINT ${quote(name)} TO ${quote(`${name}_other`)})`;
  if (kind !== 'column') return `the ${fact.object} is another one: ${other.definition}`;
  return changeColumn(fact, other, conversions, live);
}

/** A foreign key between the same columns, whatever its name and whatever becomes of rows whose parent goes. */
function replaceReference(fact: Fact, other: Fact, table: string, live: readonly Fact[]): Step[] {
  const swap = (from: Fact, to: Fact) =>
    `ALTER TABLE ${table} DROP CONSTRAINT ${quote(lastName(from.object))}, ADD CONSTRAINT ${quote(lastName(to.object))} ${to.definition}`;
  const [is, becomes] = [other, fact].map(({ object, definition }) => `${lastName(object)} (${definition})`);
  const text = `let the foreign key ${is ?? ''} of ${fact.table ?? ''} be ${becomes ?? ''}`;
  return [step(text, swap(other, fact), swap(fact, other), fact.table, { checks: orphans(fact, live) })];
}

function addLabels(fact: Fact, other: Fact): Step[] {
  const name = lastName(fact.object);
  const there = labelsOf(other);
  return labelsOf(fact)
    .filter((label) => !there.includes(label))
    .map((label) =>
      step(
        `add ${label} to the type ${name}`,
        `ALTER TYPE ${quote(name)} ADD VALUE IF NOT EXISTS ${literal(label)}`,
        null,
        null,
        { first: true },
      ),
    );
}

/** A column that numbers itself owns the sequence it takes its numbers from. */
function serial(definition: string): string {
  return definition.replace(/^bigint( not null)? default nextval\(.*$/, 'bigserial');
}
