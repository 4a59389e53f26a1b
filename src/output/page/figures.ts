import { toDay, type DaySpan } from '../../domain/day.js';
import { absolute, parseDecimal, percentOf, ZERO, type Decimal } from '../../domain/decimal.js';
import type { GroupWord } from '../../domain/dimensions.js';
import type { Report, ReportRow } from '../../domain/report.js';
import { formatMoney } from '../format.js';
import { formatDay, formatShortSpan, formatSpan } from '../../domain/words.js';
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

/** `1–22 Nov`; with the years where it reaches from one into another, or what it is held against is of another. */
export function shortSpan(span: DaySpan, beside: DaySpan = span): string {
  const years = new Set([span.since, span.until, beside.until].map((day) => day.slice(0, 4)));
  return years.size === 1 ? formatShortSpan(span) : formatSpan(span.since, span.until);
}

/** `23 Nov 06:02 UTC`: a page is looked at later, so that nothing on it is "ago". */
export function instant(at: Date): string {
  return `${formatDay(toDay(at))} ${at.toISOString().slice(11, 16)} UTC`;
}

/** A width in per cent for the eye. */
export function portion(cost: string | null, largest: Decimal): number {
  if (largest <= ZERO) return 0;
  return percentOf(absolute(parseDecimal(cost ?? '0')), largest, 2);
}
