import { EXPORT_FIELDS, type ExportField, type ExportRow } from '../../domain/export.js';
import type { Column, ColumnType } from './layout.js';

/** Fields that are something else than text. */
const TYPES: Partial<Record<ExportField, ColumnType>> = {
  day: 'day',
  bucketStart: 'time',
  bucketEnd: 'time',
  linked: 'flag',
  quantity: 'quantity',
  cost: 'amount',
  listCost: 'amount',
  estimated: 'flag',
};

/** The rows as they are, under our own names. */
export const PLAIN = {
  columns: EXPORT_FIELDS.map((name): Column<ExportRow> => ({
    name,
    type: TYPES[name] ?? 'text',
    value: (row) => (name === 'tags' ? JSON.stringify(row.tags) : row[name]),
  })),
  read: (row: ExportRow) => row,
  writeTime: (time: Date) => time.toISOString(),
};
