import type { Lateness } from '../domain/changes.js';
import { sentence } from './changes.js';
import { add, formatDecimal, parseDecimal, ZERO, type Decimal } from '../domain/decimal.js';
import type { Report } from '../domain/report.js';
import type { ReportSort } from '../domain/report-order.js';
import { formatAge, formatMoney, formatQuantity } from './format.js';
import { addDays, spanOfAll, type DaySpan } from '../domain/day.js';
import { capital, formatDay, formatInstant, formatShortSpan, formatSpan, nameSome } from '../domain/words.js';
import { billReportLines } from './bill-report.js';
import type { Output } from './output.js';
import { renderReportTable } from './report-table.js';
import { LEFT_OUT, projectMarks } from './report-words.js';
import { unreadLines } from './unread.js';

export interface ReportView {
  report: Report;
  sort?: ReportSort | undefined;
  team: string;
  now: Date;
  /** How late the providers still change days; shown where some may still change. */
  lateness?: readonly Lateness[];
}

const DAYS_OF_WEEK = 7;

/** Totals as a table, and under it what they do not hold. */
export function renderReport(view: ReportView, output: Output): string {
  const { report } = view;
  const head = headLine(view);
  if (report.rows.length === 0 && (report.gone ?? []).length === 0)
    return [head, 'No costs in these days.', ...footnotes(view, output)].join('\n');
  const table = renderReportTable(report, output, view.sort);
  return [head, table, ...footnotes(view, output)].join('\n');
}

function headLine({ report, team, now }: ReportView): string {
  const what = `${formatSpan(report.since, report.until)} (UTC) by ${report.groupBy.join(', ')}`;
  return [team, what, ...whenRead(report, now)].join(' · ');
}

function whenRead({ asOf, readAt, coverage }: Report, now: Date): string[] {
  if (asOf !== null) return [`as it was on ${formatInstant(asOf)}`];
  if (readAt !== null) return [`as of ${formatInstant(readAt)}, ${formatAge(new Date(readAt), now)}`];
  // Where there is nothing to read, as of a tag that no project has, nothing is missing.
  return coverage.gaps.length > 0 ? ['never read'] : [];
}

function footnotes({ report, lateness = [] }: ReportView, { style }: Output): string[] {
  const { open, provisional } = report.coverage;
  const lines = [...monthEnd(report), ...unreadLines(report.coverage, report.basis, style)];
  lines.push(...projectMarks(report.rows, style));
  if (isWeekBefore(report))
    lines.push(`Compared with the same weekday a week before, ${formatDay(report.comparedWith.until)}.`);
  if (report.totals.some(({ compared }) => compared?.partial)) lines.push(LEFT_OUT);
  lines.push(...billReportLines((report.billReports ?? []).map((each) => ({ ...each, name: each.organization }))));
  lines.push(...unpricedNote(report));
  if (report.rows.some(({ estimated }) => estimated))
    lines.push('~ estimated: usage or rows of the old system, where no bill exists.');
  const mayChange = spanOfAll(provisional);
  const notes = [
    ...(open.length > 0 ? [`${formatDay(open[0]?.since ?? report.until)} is not over`] : []),
    ...(mayChange === null ? [] : [`provisional: ${formatShortSpan(mayChange)}`]),
  ];
  if (notes.length > 0) lines.push(`${capital(notes.join('; '))}.`);
  if (mayChange !== null) lines.push(...lateness.map(sentence));
  return lines;
}

/** Whether one day stands against another; of several days, today is left out of both sides. */
function isWeekBefore(report: Report): report is Report & { comparedWith: DaySpan } {
  const { since, until, comparedWith } = report;
  if (comparedWith === undefined || comparedWith.since !== comparedWith.until) return false;
  const day = addDays(comparedWith.since, DAYS_OF_WEEK);
  return since <= day && day <= until;
}

/** What the month is expected to come to: beside the table, as it is no spend. */
function monthEnd({ monthEnd: month }: Report): string[] {
  if (month === undefined || month.totals.length === 0) return [];
  const amounts = month.totals.map(({ currency, expected: amount, low, high }) => {
    const likely = low === null || high === null ? '' : `, likely ${formatMoney(low)} – ${formatMoney(high)}`;
    return `${formatMoney(amount)} ${currency}${likely}`;
  });
  const unread = month.notRead.length === 0 ? '' : '; days not read count as what they usually cost';
  return [`Expected by ${formatDay(month.until)}, not charged: ${amounts.join('; ')}${unread}.  → costs forecast`];
}

/** Names the largest; how much each is, the JSON document says to the last digit. */
function unpricedNote({ unpriced }: Report): string[] {
  if (unpriced.length === 0) return [];
  const byUnit = new Map<string, Decimal>();
  for (const { unit, quantity } of unpriced) byUnit.set(unit, add(byUnit.get(unit) ?? ZERO, parseDecimal(quantity)));
  const amounts = [...byUnit].map(([unit, quantity]) => `${formatQuantity(formatDecimal(quantity))} ${unit}`);
  const names = [...new Set(unpriced.map(({ model, endpoint }) => model ?? endpoint))];
  return [`Without a price, in no total: ${amounts.join(', ')} of ${nameSome(names, 3)}.  → costs usage prices check`];
}
