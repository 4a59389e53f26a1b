import { arrayLiteral } from '../array-literal.js';
import { quote } from '../rows.js';
import type { Settings } from '../settings.js';
import type { RowCheck } from './row-checks.js';

/** One change of a schema that is not ours yet, and its way back. */
export interface Step {
  /** In words: `add the column cost_data.currency`. */
  text: string;
  sql: string;
  /** Null where there is none, where none is needed, or where `fills` tells it. */
  undo: string | null;
  /** A label of an enum can be used only once it is committed. */
  first: boolean;
  /** The table that it locks against everybody for a moment. */
  locks: string | null;
  /** Rows on which it would fail. */
  checks: RowCheck[];
  /** It writes values: into which column, what was there before, and a query with a row where there is something to fill. */
  fills?: { table: string; column: string; before: string; needed: string };
}

export function step(
  text: string,
  sql: string,
  undo: string | null,
  locks: string | null,
  more: Partial<Pick<Step, 'first' | 'checks' | 'fills'>> = {},
): Step {
  return { text, sql, undo, locks, first: false, checks: [], ...more };
}

export function dropColumn(table: string, column: string): string {
  return `ALTER TABLE ${quote(table)} DROP COLUMN ${quote(column)}`;
}

/** Leads psql to our schema. */
export function setPathLine({ schema }: Pick<Settings, 'schema'>): string {
  return schema === null ? '' : `SET search_path = ${quote(schema)};\n`;
}

export function literal(text: string): string {
  return `'${text.replaceAll(`'`, `''`)}'`;
}

/** The condition that a row is one of these: a list of a million constants would take gigabytes to parse, and PostgreSQL 13 minutes to search. */
export function isOneOf(ids: readonly string[]): string {
  return `id::text IN (SELECT unnest(${literal(arrayLiteral(ids))}::text[]))`;
}

/** `currency` of `column cost_data.currency`. */
export function lastName(object: string): string {
  const part = lastPart(object);
  // What hangs on a table is told with it; names of others may have dots of their own.
  const hangs = /^(?:column|constraint|validation|trigger|policy|rule) /.test(object);
  return hangs ? part.slice(part.indexOf('.') + 1) : part;
}

export function lastPart(object: string): string {
  return object.slice(object.indexOf(' ') + 1);
}
