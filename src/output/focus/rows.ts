import type { ExportRow } from '../../domain/export.js';
import { csvLine, neutralise, type Cell } from '../csv.js';
import { FOCUS_COLUMNS, toCharge } from './columns.js';

export function focusHead(): string {
  return csvLine(FOCUS_COLUMNS.map(({ name }) => name));
}

/** A charge as a line of FOCUS 1.2; what is null is an empty cell. */
export function focusRow(row: ExportRow): string {
  const charge = toCharge(row);
  return csvLine(
    FOCUS_COLUMNS.map(({ value, number }): Cell => {
      const cell = value(charge);
      return cell === null || number === true ? cell : neutralise(cell);
    }),
  );
}
