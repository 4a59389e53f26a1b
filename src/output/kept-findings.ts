import { parseDay, toDay } from '../domain/day.js';
import { formatDate } from '../domain/words.js';
import type { Output } from './output.js';
import { renderTable } from './table.js';

/** What this shows of a kept finding. */
interface Shown {
  id: string;
  subject: string;
  message: string;
  state: 'open' | 'acknowledged' | 'closed';
  firstSeenAt: string;
  acknowledgedUntil: string | null;
  note: string | null;
}

export function renderFindings({ findings }: { findings: readonly Shown[] }, output: Output): string {
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
