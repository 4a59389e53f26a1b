import { formatDecimal } from '../domain/decimal.js';
import type { ExportRow } from '../domain/export.js';
import { toJson } from './gate.js';
import { csvLine, neutralise, type Cell } from './csv.js';

/** A row as both formats show it; amounts and quantities exact. */
function fieldsOf(row: ExportRow) {
  return {
    day: row.day,
    bucketStart: row.bucketStart.toISOString(),
    bucketEnd: row.bucketEnd.toISOString(),
    provider: row.provider,
    organizationId: row.organizationId,
    organization: row.organization,
    projectId: row.projectId,
    project: row.project,
    providerProjectId: row.providerProjectId,
    linked: row.linked,
    lineItem: row.lineItem,
    model: row.model,
    costType: row.costType,
    tokenType: row.tokenType,
    serviceTier: row.serviceTier,
    contextWindow: row.contextWindow,
    inferenceGeo: row.inferenceGeo,
    quantity: row.quantity === null ? null : formatDecimal(row.quantity),
    quantityUnit: row.quantityUnit,
    currency: row.currency,
    cost: formatDecimal(row.cost),
    estimated: row.estimated,
    tags: row.tags,
  };
}

type Field = keyof ReturnType<typeof fieldsOf>;

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
  const fields = fieldsOf(row);
  return csvLine(FIELDS.map((field) => cellOf(field, fields[field])));
}

function cellOf(field: Field, value: string | boolean | Record<string, string> | null): Cell {
  if (value === null) return null;
  if (typeof value === 'object') return JSON.stringify(value);
  return typeof value === 'boolean' || NUMBERS.has(field) ? String(value) : neutralise(value);
}

/** One JSON document and its line end. */
export function exportJsonLine(row: ExportRow): string {
  return `${toJson(fieldsOf(row))}\n`;
}
