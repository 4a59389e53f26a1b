import { spanOfAll } from '../domain/day.js';
import type { CoverageSpan, ReportBasis, ReportCoverage } from '../domain/report.js';
import { shell } from '../domain/shell.js';
import { formatShortSpan, plural } from '../domain/words.js';
import { distinctNames } from './distinct-names.js';
import type { Output } from './output.js';

/** What figures do not hold, or cannot prove, of the days they are of: stands beside them however they are written. */
export function unreadLines(
  { gaps, adopted, halfRead, reportsDue }: ReportCoverage,
  basis: ReportBasis,
  { yellow }: Pick<Output['style'], 'yellow'>,
): string[] {
  const lines: string[] = [];
  const unread = spanOfAll(gaps);
  if (unread !== null) {
    // What status shows is bills.
    const usage = shell`costs backfill --basis usage --since ${unread.since} --until ${unread.until}`;
    const next = basis === 'usage' ? usage : 'costs status';
    lines.push(`${yellow('×')} Never read: ${list(gaps)}: a gap, not zero.  → ${next}`);
  }
  const taken = spanOfAll(adopted);
  if (taken !== null) {
    const backfill = shell`costs backfill --since ${taken.since} --until ${taken.until}`;
    lines.push(`${yellow('◇')} Adopted, not proven: ${list(adopted)}.  → ${backfill}`);
  }
  if (halfRead.length > 0) lines.push(`${yellow('°')} Read half-way: ${list(halfRead)}.  → costs sync`);
  if (reportsDue.length > 0)
    lines.push(
      `${yellow('°')} What API keys or products spent was not read, the bills were: ${list(reportsDue)}.  → costs sync`,
    );
  return lines;
}

function list(spans: readonly CoverageSpan[]): string {
  const named = spans.map(distinctNames(spans));
  const shown = named.slice(0, 4).map((span, index) => {
    const isNamed = named[index - 1]?.organization === span.organization;
    return isNamed ? formatShortSpan(span) : `${span.organization} ${formatShortSpan(span)}`;
  });
  return spans.length > 4 ? `${shown.join(', ')} and ${plural(spans.length - 4, 'more span')}` : shown.join(', ');
}
