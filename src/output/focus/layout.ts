import { toDay } from '../../domain/day.js';
import type { FocusVersion } from '../../domain/export.js';
import { toCharge } from './charge.js';
import { focusColumns } from './columns.js';

/** Charges as a version of FOCUS has them; instants to the second, as it writes them. */
export function focusLayout(version: FocusVersion) {
  return {
    columns: focusColumns(version),
    read: toCharge,
    writeTime: (time: Date) => `${toDay(time)}T${time.toISOString().slice(11, 19)}Z`,
  };
}
