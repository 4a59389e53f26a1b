import {
  EXPORT_FIELDS,
  toExportDocument,
  type ExportDocument,
  type ExportField,
  type ExportRow,
} from '../domain/export.js';
import { toJson } from './gate.js';
import { csvLine, neutralise, type Cell } from './csv.js';

/** Numbers of ours: a minus sign in front of one is no formula. */
const NUMBERS = new Set<ExportField>(['quantity', 'cost']);

export function exportCsvHead(): string {
  return csvLine(EXPORT_FIELDS);
}

export function exportCsvRow(row: ExportRow): string {
  const fields = toExportDocument(row);
  return csvLine(EXPORT_FIELDS.map((field) => cellOf(field, fields[field])));
}

function cellOf(field: ExportField, value: ExportDocument[ExportField]): Cell {
  if (value === null) return null;
  if (typeof value === 'object') return JSON.stringify(value);
  return typeof value === 'boolean' || NUMBERS.has(field) ? String(value) : neutralise(value);
}

/** One JSON document and its line end. */
export function exportJsonLine(row: ExportRow): string {
  return `${toJson(toExportDocument(row))}\n`;
}
