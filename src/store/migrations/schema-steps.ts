import { quote } from '../rows.js';
import type { Settings } from '../settings.js';
import type { Fact } from './catalog.js';
import { convert, partsOf } from './column-types.js';

/** One change of a schema that is not ours yet, and its way back. */
export interface Step {
  /** In words: `add the column cost_data.currency`. */
  text: string;
  sql: string;
  /** Null where there is none, and none is needed. */
  undo: string | null;
  /** A label of an enum can be used only once it is committed. */
  first: boolean;
  /** The table that it locks against everybody for a moment. */
  locks: string | null;
}

/** What leads from a live schema to the expected one, without touching what is not ours. */
export interface SchemaPlan {
  steps: Step[];
  /** What cannot be led there, in words. */
  problems: string[];
}

/** The steps as psql takes them: labels of enums first, the rest in one transaction. */
export function toScript(steps: readonly Step[], { schema }: Pick<Settings, 'schema'>): string {
  const path = schema === null ? '' : `SET search_path = ${quote(schema)};\n`;
  const lines = (wanted: boolean) =>
    steps
      .filter(({ first }) => first === wanted)
      .map(({ sql }) => `${sql};\n`)
      .join('');
  return `${path}${lines(true)}BEGIN;\nSET LOCAL lock_timeout = '1s';\nSET LOCAL extra_float_digits = 3;\n${lines(false)}COMMIT;`;
}

/** The order in which things can be made; what depends comes after what it depends on. */
const KINDS = ['enum', 'table', 'column', 'constraint', 'index', 'trigger', 'function'];

/** Plans by meaning: an index or a constraint that does the same under another name is ours, and only takes our name. */
export function planSchema(expected: readonly Fact[], live: readonly Fact[]): SchemaPlan {
  const found = new Map(live.map((fact) => [fact.object, fact]));
  const plan: SchemaPlan = { steps: [], problems: [] };
  const wanted = expected.filter(({ object }) => !object.startsWith('validation '));
  const inOrder = [...wanted].sort((one, other) => rank(one) - rank(other));
  for (const fact of inOrder) {
    const other = found.get(fact.object);
    if (other?.definition === fact.definition) continue;
    const made = other === undefined ? make(fact, expected, live) : change(fact, other);
    if (typeof made === 'string') plan.problems.push(made);
    else plan.steps.push(...made);
  }
  return plan;
}

/** Primary keys before the foreign keys that refer to them. */
function rank({ object, definition }: Fact): number {
  return KINDS.indexOf(object.split(' ')[0] ?? '') * 2 + (definition.startsWith('FOREIGN KEY') ? 1 : 0);
}

function step(text: string, sql: string, undo: string | null, locks: string | null, first = false): Step {
  return { text, sql, undo, locks, first };
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
          `CREATE TYPE ${quote(name)} AS ENUM (${labelsOf(fact.definition).map(literal).join(', ')})`,
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

function addColumn(fact: Fact, table: string, name: string): Step[] {
  const column = `${table} ADD COLUMN ${quote(name)}`;
  const needsValue = fact.definition.includes(' not null') && !fact.definition.includes(' default ');
  const filler = needsValue ? ` DEFAULT ${FILLERS[lastPart(fact.object)] ?? `''`}` : '';
  const sql = `ALTER TABLE ${column} ${fact.definition}${filler}`;
  const settled = needsValue ? `${sql}; ALTER TABLE ${table} ALTER COLUMN ${quote(name)} DROP DEFAULT` : sql;
  return [
    step(
      `add the column ${lastPart(fact.object)}`,
      settled,
      `ALTER TABLE ${table} DROP COLUMN ${quote(name)}`,
      fact.table,
    ),
  ];
}

/** What rows get that were there before a column which may not be null. */
const FILLERS: Record<string, string> = {
  'organization_api_keys.name': `'adopted'`,
  'organization_api_keys.source': `'vault'`,
};

function addConstraint(
  fact: Fact,
  table: string,
  name: string,
  live: readonly Fact[],
  tableIsThere: boolean,
): Step[] | string {
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
  const primary = live.find((other) => other.table === fact.table && other.definition.startsWith('PRIMARY KEY'));
  if (fact.definition.startsWith('PRIMARY KEY') && primary !== undefined)
    return `the table ${fact.table ?? ''} has another key: ${primary.definition} instead of ${fact.definition}`;
  return [
    step(
      `add the constraint ${name} to ${fact.table ?? ''}`,
      `ALTER TABLE ${table} ADD CONSTRAINT ${quote(name)} ${fact.definition}`,
      tableIsThere ? `ALTER TABLE ${table} DROP CONSTRAINT ${quote(name)}` : null,
      fact.table,
    ),
  ];
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
    step(`make the index ${name}`, fact.definition, tableIsThere ? `DROP INDEX ${quote(name)}` : null, fact.table),
  ];
}

/** An index without its name; one that is invalid, partial, deferrable or takes nulls as equal says so and is another. */
export function shapeOf(definition: string): string {
  return definition.replace(/^(CREATE (?:UNIQUE )?INDEX) (?:"(?:[^"]|"")*"|\S+) ON /, '$1 ON ');
}

function change(fact: Fact, other: Fact): Step[] | string {
  const [kind = ''] = fact.object.split(' ');
  const table = quote(fact.table ?? '');
  if (kind === 'enum') return addLabels(fact, other);
  if (kind === 'table' && other.definition === 'partitioned')
    return `the table ${fact.table ?? ''} is partitioned: copy it to a plain table first (CREATE TABLE new (LIKE …), INSERT INTO new SELECT …)`;
  if (kind === 'index') return `the index ${lastName(fact.object)} is another one: ${other.definition}`;
  if (kind !== 'column') return `${fact.object} is another one: ${other.definition}`;
  return changeColumn(fact, other, table);
}

function addLabels(fact: Fact, other: Fact): Step[] {
  const name = lastName(fact.object);
  const there = labelsOf(other.definition);
  return labelsOf(fact.definition)
    .filter((label) => !there.includes(label))
    .map((label) =>
      step(
        `add ${label} to the type ${name}`,
        `ALTER TYPE ${quote(name)} ADD VALUE IF NOT EXISTS ${literal(label)}`,
        null,
        null,
        true,
      ),
    );
}

function changeColumn(fact: Fact, other: Fact, table: string): Step[] | string {
  const [want, have] = [partsOf(fact.definition), partsOf(other.definition)];
  const column = lastPart(fact.object);
  const conversion = want.type === have.type ? null : convert(have.type, want.type);
  if (conversion === undefined) return `the column ${column} is ${have.type} instead of ${want.type}`;
  const alter = (change: string) => `ALTER TABLE ${table} ALTER COLUMN ${quote(lastName(fact.object))} ${change}`;
  const setDefault = (value: string | null) => alter(value === null ? 'DROP DEFAULT' : `SET DEFAULT ${value}`);
  const steps: Step[] = [];
  if (conversion !== null) {
    const name = quote(lastName(fact.object));
    const back = alter(`TYPE ${have.type} USING ${conversion.back(name)}`);
    const gone = conversion.lossy
      ? `DELETE FROM ${table} WHERE NOT (${conversion.to(`(${conversion.back(name)})`)} = ${name}); `
      : '';
    steps.push(
      step(
        `convert ${column} from ${have.type} to ${want.type}, which rewrites the table`,
        alter(`TYPE ${want.type} USING ${conversion.to(name)}`),
        `${gone}${back}`,
        fact.table,
      ),
    );
  }
  if (want.standard !== have.standard && want.standard !== null)
    steps.push(step(`set the default of ${column}`, setDefault(want.standard), setDefault(have.standard), fact.table));
  if (want.required && !have.required)
    steps.push(step(`let ${column} be never null`, alter('SET NOT NULL'), alter('DROP NOT NULL'), fact.table));
  if (!want.required && have.required) {
    const gone = `DELETE FROM ${table} WHERE ${quote(lastName(fact.object))} IS NULL`;
    steps.push(step(`let ${column} be null`, alter('DROP NOT NULL'), `${gone}; ${alter('SET NOT NULL')}`, fact.table));
  }
  return steps;
}

/** A column that numbers itself owns the sequence it takes its numbers from. */
function serial(definition: string): string {
  return definition.replace(/^bigint( not null)? default nextval\(.*$/, 'bigserial');
}

function labelsOf(definition: string): string[] {
  return definition.split(', ');
}

function literal(text: string): string {
  return `'${text.replaceAll(`'`, `''`)}'`;
}

/** `currency` of `column cost_data.currency`. */
function lastName(object: string): string {
  return lastPart(object).split('.').at(-1) ?? '';
}

function lastPart(object: string): string {
  return object.slice(object.indexOf(' ') + 1);
}
