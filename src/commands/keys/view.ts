import type { KeyRow } from '../../domain/access.js';
import { toKeyView, type KeyView } from '../../domain/key-view.js';
import { billReportOf } from '../../providers/registry.js';

/** A registered key as it is shown. */
export function viewKey(row: KeyRow): KeyView {
  return toKeyView(row, billReportOf(row));
}
