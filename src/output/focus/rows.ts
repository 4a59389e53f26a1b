import { toDay } from '../../domain/day.js';
import { formatDecimal } from '../../domain/decimal.js';
import type { ExportRow, FocusVersion } from '../../domain/export.js';
import { csvLine, neutralise, type Cell } from '../csv.js';
import { toCharge } from './charge.js';
import { focusColumns, type FocusValue } from './columns.js';

/** Charges as CSV of a version of FOCUS: its first line, and a line a charge; what is null is an empty cell. */
export function focusCsv(version: FocusVersion): { head: string; row: (row: ExportRow) => string } {
  const columns = focusColumns(version);
  return {
    head: csvLine(columns.map(({ name }) => name)),
    row: (row) => {
      const charge = toCharge(row);
      return csvLine(columns.map(({ value }) => cellOf(value(charge))));
    },
  };
}

/** Instants to the second, as FOCUS writes them; numbers are ours and never neutralised. */
function cellOf(value: FocusValue): Cell {
  if (value === null) return null;
  if (typeof value === 'string') return neutralise(value);
  if (value instanceof Date) return `${toDay(value)}T${value.toISOString().slice(11, 19)}Z`;
  return typeof value === 'bigint' ? formatDecimal(value) : String(value);
}
