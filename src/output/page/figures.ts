import { toDay, type DaySpan } from '../../domain/day.js';
import { absolute, add, parseDecimal, ZERO, type Decimal } from '../../domain/decimal.js';
import type { GroupWord, Report, ReportRow } from '../../domain/report.js';
import { formatDay, formatMoney, formatShortSpan, formatSpan } from '../format.js';
import { viewOf } from '../report-words.js';
import { markup, type Html } from './html.js';

/** An amount, rounded for people; the element's value is the exact one. Null is unknown, which is no zero. */
export function money(cost: string | null, currency: string, { signed = false } = {}): Html {
  if (cost === null) return markup`<span class="unpriced" title="usage without a price">unknown</span>`;
  return markup`<data class="money" value="${cost}" title="${cost} ${currency}">${formatMoney(cost, { signed })}</data>`;
}

/** What a row is called by a word, part by part; that nobody linked it is said apart. */
export function titlesOf(word: GroupWord, row: ReportRow, report: Report): string[] {
  return viewOf(word).cells(row.linked === false ? { ...row, linked: true } : row, report);
}

/** What shares are of: the costs without the credits, which have no share. */
export function spentOf(rows: readonly { cost: string | null }[]): Decimal {
  return rows.reduce(
    (sum, { cost }) => (cost === null || cost.startsWith('-') ? sum : add(sum, parseDecimal(cost))),
    ZERO,
  );
}

/** `46 %`, `<1 %`; empty where there is nothing to have a share of, and for credits. */
export function share(cost: string | null, total: Decimal): string {
  const part = parseDecimal(cost ?? '0');
  if (total <= ZERO || part <= ZERO) return '';
  const percent = Number((part * 1000n) / total) / 10;
  return percent < 1 ? '<1 %' : `${Math.round(percent)} %`;
}

/** `+13 %`, `new`, `gone`; empty where neither says anything. */
export function percentChange(current: string, previous: string): string {
  const [now, before] = [parseDecimal(current), parseDecimal(previous)];
  if (before <= ZERO) return now > ZERO ? 'new' : '';
  if (now === ZERO) return 'gone';
  const percent = Number(((now - before) * 1000n) / before) / 10;
  const rounded = Math.round(Math.abs(percent));
  return `${rounded === 0 ? '±' : percent > 0 ? '+' : '−'}${rounded.toLocaleString('en')} %`;
}

/** `1–22 Nov`; with the years where it reaches from one into another. */
export function shortSpan(span: DaySpan): string {
  return span.since.slice(0, 4) === span.until.slice(0, 4) ? formatShortSpan(span) : formatSpan(span.since, span.until);
}

/** `23 Nov 06:02 UTC`: a page is looked at later, so that nothing on it is "ago". */
export function instant(at: Date): string {
  return `${formatDay(toDay(at))} ${at.toISOString().slice(11, 16)} UTC`;
}

/** A width in per cent for the eye. */
export function portion(cost: string | null, largest: Decimal): number {
  if (largest <= ZERO) return 0;
  return Number((absolute(parseDecimal(cost ?? '0')) * 10_000n) / largest) / 100;
}
