import { quote } from '../rows.js';
import type { Fact } from './catalog.js';

/** Rows on which a change of the schema would fail. */
export interface RowCheck {
  table: string;
  /** What such a row has, in words: `no value in currency`. */
  text: string;
  /** SQL that lists them. */
  query: string;
}

export function withoutValue(table: string, column: string): RowCheck {
  const query = `SELECT * FROM ${quote(table)} WHERE ${quote(column)} IS NULL`;
  return { table, text: `no value in ${column}`, query };
}

/** A column that has to say something, and nobody knows what. */
export function anyRow(table: string, column: string, type: string): RowCheck {
  const add = `ALTER TABLE ${quote(table)} ADD COLUMN ${quote(column)} ${type}`;
  const text = `no ${column}, because the column is missing; add it (${add}) and fill it`;
  return { table, text, query: `SELECT * FROM ${quote(table)}` };
}

/** Rows that a unique index, or a primary key, cannot hold; none where a column of it is still to be made. */
export function sharedKeys(fact: Fact, live: readonly Fact[]): RowCheck[] {
  const [, list = ''] = /\(([^()]*)\)$/.exec(fact.definition) ?? [];
  const columns = columnsIn(list);
  const table = fact.table ?? '';
  if (!/^PRIMARY KEY|^CREATE UNIQUE/.test(fact.definition) || !columns.every((name) => has(live, table, name)))
    return [];
  const names = columns.map(quote).join(', ');
  const text = `the same ${columns.join(', ')} as another`;
  const filled = columns.map((name) => `${quote(name)} IS NOT NULL`).join(' AND ');
  const query = `SELECT * FROM (SELECT *, count(*) OVER (PARTITION BY ${names}) AS same FROM ${quote(table)} WHERE ${filled}) AS r WHERE same > 1`;
  const required = fact.definition.startsWith('PRIMARY') ? columns.map((name) => withoutValue(table, name)) : [];
  return [{ table, text, query }, ...required];
}

/** Rows that refer to none; a database without foreign keys may hold them. */
export function orphans(fact: Fact, live: readonly Fact[]): RowCheck[] {
  const { columns, parent, parentColumns } = referenceOf(fact.definition);
  const table = fact.table ?? '';
  if (!columns.every((name) => has(live, table, name))) return [];
  const child = (name: string) => `c.${quote(name)}`;
  const filled = columns.map((name) => `${child(name)} IS NOT NULL`).join(' AND ');
  // As text: one of the two may be still to be converted.
  const same = columns.map((name, index) => `${child(name)}::text = p.${quote(parentColumns[index] ?? '')}::text`);
  const isThere = parentColumns.every((name) => has(live, parent, name));
  const none = isThere ? ` AND NOT EXISTS (SELECT FROM ${quote(parent)} AS p WHERE ${same.join(' AND ')})` : '';
  const query = `SELECT c.* FROM ${quote(table)} AS c WHERE ${filled}${none}`;
  return [{ table, text: `a ${columns.join(', ')} that no row of ${parent} has`, query }];
}

/** Between which columns a foreign key is, from its definition. */
export function referenceOf(definition: string): { columns: string[]; parent: string; parentColumns: string[] } {
  const [, columns = '', parent = '', parentColumns = ''] =
    /^FOREIGN KEY \((.*?)\) REFERENCES (\S+?)\((.*?)\)/.exec(definition) ?? [];
  return {
    columns: columnsIn(columns),
    parent: parent.replaceAll('"', ''),
    parentColumns: columnsIn(parentColumns),
  };
}

/** Whether both are foreign keys between the same columns. */
export function isSameReference(one: Fact, other: Fact): boolean {
  const reference = referenceOf(one.definition);
  const isKey = one.table === other.table && reference.parent !== '';
  return isKey && JSON.stringify(reference) === JSON.stringify(referenceOf(other.definition));
}

function columnsIn(list: string): string[] {
  return list.split(', ').map((name) => name.replaceAll('"', ''));
}

function has(live: readonly Fact[], table: string, column: string): boolean {
  return live.some(({ object }) => object === `column ${table}.${column}`);
}
