import { parseDay, toDay } from '../domain/day.js';
import type { CheckFinding } from '../domain/finding.js';
import { formatDate } from '../domain/words.js';
import type { Output } from './output.js';
import { renderTable } from './table.js';

/** A finding that a check with `--new`, `--notify` or `check ack` kept. */
export interface KeptFindingDocument extends CheckFinding {
  state: 'open' | 'acknowledged' | 'closed';
  firstSeenAt: string;
  lastSeenAt: string;
  /** When it was told as new; null where it was not. */
  toldAt: string | null;
  closedAt: string | null;
  /** The last day it is left alone; null where it is left alone until its cause is gone, or not at all. */
  acknowledgedUntil: string | null;
  note: string | null;
}

export function renderFindings({ findings }: { findings: readonly KeptFindingDocument[] }, output: Output): string {
  if (findings.length === 0) return 'No finding is kept. What there is now → costs check';
  return renderTable(
    [{ head: 'Id' }, { head: 'Since' }, { head: 'State' }, { head: 'About' }, { head: 'Finding' }, { head: 'Note' }],
    findings.map(({ id, firstSeenAt, state, acknowledgedUntil, subject, message, note }) => [
      id,
      formatDate(toDay(new Date(firstSeenAt))),
      acknowledgedUntil === null ? state : `${state} until ${formatDate(parseDay(acknowledgedUntil))}`,
      subject,
      message,
      note ?? '',
    ]),
    output,
  );
}
