import { quote } from '../rows.js';
import type { Fact } from './catalog.js';
import { convert, isKeyType, isZoned, partsOf, type Conversion } from './column-types.js';
import { convertEnum, isText } from './enum-types.js';
import { referenceOf } from './row-checks.js';
import { lastName, step, type Step } from './step.js';

/** The time zone whose midnights the instants of a column are, by `cost_data.date`; UTC where it is not there. */
export type Zones = ReadonlyMap<string, string>;

/** A column that becomes another type, and how. */
export interface ConvertedColumn {
  table: string;
  name: string;
  have: string;
  want: string;
  /** What it has had so far, as SQL. */
  standard: string | null;
  /** What it has afterwards. */
  newStandard: string | null;
  conversion: Conversion;
}

/** The columns that are there with another type which becomes ours. */
export function findConversions(expected: readonly Fact[], live: readonly Fact[], zones: Zones): ConvertedColumn[] {
  const found = new Map(live.map(({ object, definition }) => [object, definition]));
  return expected.flatMap(({ object, definition, table }) => {
    const other = found.get(object);
    if (!object.startsWith('column ') || other === undefined || table === null) return [];
    const [want, have] = [partsOf(definition), partsOf(other)];
    if (want.type === have.type || have.computed !== null) return [];
    const name = lastName(object);
    const conversion =
      convertEnum(have.type, want.type, { expected, live }) ??
      convert(have.type, want.type, zones.get(`${table}.${name}`));
    if (conversion === undefined) return [];
    const { standard } = have;
    const newStandard = want.standard ?? (standard === null ? null : conversion.to(`(${standard})`));
    return [{ table, name, have: have.type, want: want.type, standard, newStandard, conversion }];
  });
}

/**
 * One statement a table, as each of them rewrites it. Foreign keys whose columns compare no more while only one side is
 * converted are set aside meanwhile, and checks of texts that become labels.
 */
export function convertColumns(columns: readonly ConvertedColumn[], live: readonly Fact[]): Step[] {
  const tables = [...new Set(columns.map(({ table }) => table))];
  const keys = [
    ...foreignKeysOf(columns, live).map((key) => setAside(key, key.definition)),
    ...checksOf(columns, live).map(({ check, definition }) => setAside(check, definition)),
  ];
  return [
    ...keys.map(({ aside }) => aside),
    ...tables.map((table) =>
      convertTable(
        table,
        columns.filter((column) => column.table === table),
      ),
    ),
    ...keys.map(({ back }) => back),
  ];
}

/** The foreign keys from or to a column whose values compare with nothing of another type. */
export function foreignKeysOf(columns: readonly ConvertedColumn[], live: readonly Fact[]): Fact[] {
  const moved = new Set(
    columns.filter(({ have, want }) => want === 'text' && isKeyType(have)).map(({ table, name }) => `${table}.${name}`),
  );
  return live.filter(({ definition, table, object }) => {
    if (!object.startsWith('constraint ') || !definition.startsWith('FOREIGN KEY')) return false;
    const { columns: own, parent, parentColumns } = referenceOf(definition);
    return (
      own.some((name) => moved.has(`${table ?? ''}.${name}`)) ||
      parentColumns.some((name) => moved.has(`${parent}.${name}`))
    );
  });
}

/** Checks of a text that becomes a label, and what they are when they go on reading it as a text. */
function checksOf(columns: readonly ConvertedColumn[], live: readonly Fact[]): { check: Fact; definition: string }[] {
  return columns
    .filter(({ have, want }) => want !== 'text' && isText(have))
    .flatMap(({ table, name }) =>
      live
        .filter((fact) => fact.table === table && /^constraint /.test(fact.object) && /^CHECK/.test(fact.definition))
        .map((check) => ({ check, definition: castToText(check.definition, name) }))
        .filter(({ check, definition }) => definition !== check.definition),
    );
}

/** SQL in which a column is read as a text, wherever its name stands in no quotes. */
function castToText(sql: string, column: string): string {
  return sql.replace(new RegExp(`'(?:[^']|'')*'|\\b${column}\\b`, 'g'), (found) =>
    found === column ? `${column}::text` : found,
  );
}

function convertTable(table: string, columns: readonly ConvertedColumn[]): Step {
  const alter = (parts: readonly string[]) => `ALTER TABLE ${quote(table)} ${parts.join(', ')}`;
  const there = columns.flatMap(({ name, want, standard, newStandard, conversion }) =>
    retype(name, `TYPE ${want} USING ${conversion.to(quote(name))}`, standard, newStandard),
  );
  const back = columns.flatMap(({ name, have, standard, newStandard, conversion }) =>
    retype(name, `TYPE ${have} USING ${conversion.back(quote(name))}`, newStandard, standard),
  );
  const beyond = columns.flatMap(({ name, conversion }) => conversion.beyond?.(quote(name)) ?? []);
  const gone = beyond.length === 0 ? '' : `DELETE FROM ${quote(table)} WHERE ${beyond.join(' OR ')}; `;
  const list = columns.map(({ name, have, want }) => `${name} from ${have} to ${want}`).join(', ');
  const rewrites = columns.some(({ have }) => !have.startsWith('character varying'));
  return step(
    `convert ${table}: ${list}${rewrites ? '; the table is rewritten, and cannot be read or written meanwhile' : ''}; programs that stay connected must be restarted afterwards ("cached plan must not change result type")`,
    alter(there),
    `${gone}${alter(back)}`,
    table,
  );
}

/** A default does not follow by itself, or with the time zone of the session. */
export function retype(name: string, type: string, before: string | null, after: string | null): string[] {
  const column = `ALTER COLUMN ${quote(name)}`;
  return [
    ...(before === null ? [] : [`${column} DROP DEFAULT`]),
    `${column} ${type}`,
    ...(after === null ? [] : [`${column} SET DEFAULT ${after}`]),
  ];
}

function setAside({ object, definition, table }: Fact, after: string): { aside: Step; back: Step } {
  const [on, name] = [`ALTER TABLE ${quote(table ?? '')}`, lastName(object)];
  const drop = `${on} DROP CONSTRAINT ${quote(name)}`;
  const add = (form: string) => `${on} ADD CONSTRAINT ${quote(name)} ${form}`;
  return {
    aside: step(`set the constraint ${name} aside while its columns are converted`, drop, add(definition), table),
    back: step(`put the constraint ${name} back`, add(after), drop, table),
  };
}

/** The instants that are to be read in another zone than UTC: of columns in which not every one is a midnight of UTC. */
export function zonedColumns(live: readonly Fact[]): { table: string; name: string }[] {
  return live
    .filter(({ object, definition }) => /^column cost_data\./.test(object) && isZoned(partsOf(definition).type))
    .map(({ object, table }) => ({ table: table ?? '', name: lastName(object) }));
}
