import { toExportDocument, type ExportDocument, type ExportRow } from '../domain/export.js';
import { toJson } from './gate.js';
import { csvLine, neutralise, type Cell } from './csv.js';

type Field = keyof ExportDocument;

const FIELDS: readonly Field[] = [
  'day',
  'bucketStart',
  'bucketEnd',
  'provider',
  'organizationId',
  'organization',
  'projectId',
  'project',
  'providerProjectId',
  'linked',
  'lineItem',
  'model',
  'costType',
  'tokenType',
  'serviceTier',
  'contextWindow',
  'inferenceGeo',
  'quantity',
  'quantityUnit',
  'currency',
  'cost',
  'estimated',
  'tags',
];
/** Numbers of ours: a minus sign in front of one is no formula. */
const NUMBERS = new Set<Field>(['quantity', 'cost']);

export function exportCsvHead(): string {
  return csvLine(FIELDS);
}

export function exportCsvRow(row: ExportRow): string {
  const fields = toExportDocument(row);
  return csvLine(FIELDS.map((field) => cellOf(field, fields[field])));
}

function cellOf(field: Field, value: string | boolean | Record<string, string> | null): Cell {
  if (value === null) return null;
  if (typeof value === 'object') return JSON.stringify(value);
  return typeof value === 'boolean' || NUMBERS.has(field) ? String(value) : neutralise(value);
}

/** One JSON document and its line end. */
export function exportJsonLine(row: ExportRow): string {
  return `${toJson(toExportDocument(row))}\n`;
}
