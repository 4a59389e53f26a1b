import { formatDecimal } from '../../domain/decimal.js';
import { toExportDocument, type ExportField, type ExportRow } from '../../domain/export.js';
import { csvLine, neutralise, type Cell } from '../csv.js';
import { toJson } from '../gate.js';
import { choose, type Layout, type Value } from './layout.js';
import { PLAIN } from './plain.js';

/** A file of rows as text: what it begins with, each row, and what it ends with. */
export interface RowText {
  head: string;
  /** @param isFirst whether it is the first of its file */
  row: (row: ExportRow, isFirst: boolean) => string;
  tail: string;
}

/** One record a row; what is null is an empty cell. Numbers are ours: a minus sign in front of one is no formula. */
export function csvText({ columns, valuesOf, writeTime }: Layout): RowText {
  const cellOf = (value: Value): Cell => {
    if (value === null) return null;
    if (typeof value === 'string') return neutralise(value);
    if (value instanceof Date) return writeTime(value);
    return typeof value === 'bigint' ? formatDecimal(value) : String(value);
  };
  return {
    head: csvLine(columns.map(({ name }) => name)),
    row: (row) => csvLine(valuesOf(row).map(cellOf)),
    tail: '',
  };
}

/** A document a row: one a line, or a list of them. @param names fields that are chosen */
export function jsonText(format: 'json' | 'jsonl', names?: readonly string[]): RowText {
  const fields = names === undefined ? null : choose(PLAIN.columns, names).map(({ name }) => name as ExportField);
  const write = (row: ExportRow) => {
    const document = toExportDocument(row);
    return toJson(fields === null ? document : Object.fromEntries(fields.map((field) => [field, document[field]])));
  };
  if (format === 'jsonl') return { head: '', row: (row) => `${write(row)}\n`, tail: '' };
  return { head: '[\n', row: (row, isFirst) => `${isFirst ? '' : ',\n'}${write(row)}`, tail: '\n]\n' };
}
