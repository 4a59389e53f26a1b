import {
  absolute,
  formatDecimal,
  parseDecimal,
  percentOf,
  round,
  subtract,
  ZERO,
  type Decimal,
} from '../domain/decimal.js';
import type { MoneyDocument } from '../domain/money.js';
import type { ComparedRow } from '../domain/report.js';
import { formatCount } from '../domain/words.js';

const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/**
 * An exact amount as people read it: thousands separated, two decimals rounded half to even. An amount that would show as
 * 0.00 and is not zero keeps its first two significant digits.
 */
export function formatMoney(cost: string, { signed = false }: { signed?: boolean } = {}): string {
  const exact = parseDecimal(cost);
  const magnitude = absolute(exact);
  const rounded = round(magnitude, 2);
  const [whole = '', cents = ''] = formatDecimal(rounded).split('.');
  const text =
    rounded === ZERO && magnitude > ZERO ? tiny(magnitude) : `${formatCount(BigInt(whole))}.${cents.padEnd(2, '0')}`;
  const sign = exact < ZERO ? '−' : signed && exact > ZERO ? '+' : '';
  return `${sign}${text}`;
}

/** `1,284.07 USD, 3.10 EUR` */
export function formatAmounts(amounts: readonly MoneyDocument[], options?: { signed?: boolean }): string {
  return amounts.map(({ cost, currency }) => `${formatMoney(cost, options)} ${currency}`).join(', ');
}

/** How many of something, thousands separated; whole ones without decimals. */
export function formatQuantity(quantity: string): string {
  return formatMoney(quantity).replace(/\.00$/, '');
}

function tiny(magnitude: Decimal): string {
  return formatDecimal(magnitude).replace(/^(0\.0*\d{1,2})\d*$/, '$1');
}

/** `46 %`, `<1 %`: of all that was spent. Empty where there is nothing to have a share of, and for credits. */
export function formatShare(cost: string | null, spent: Decimal): string {
  const part = parseDecimal(cost ?? '0');
  if (spent <= ZERO || part <= ZERO) return '';
  const percent = percentOf(part, spent, 1);
  return percent < 1 ? '<1 %' : `${Math.round(percent)} %`;
}

/** How many rows of a list are shown that documents have whole: a terminal has little room; pipes and files are searched. */
export function mostShown({ width }: { width: number }, most: number): number {
  return width === Infinity ? Infinity : most;
}

/** More says nothing but that there was next to nothing before. */
const MOST_PERCENT = 999;

/** `+13 %`, `−5 %`, `±0 %`, `new`, `gone`; empty where there was nothing on either side, or credits before. */
export function formatChange({ current, previous }: { current: string; previous: string }): string {
  const [now, before] = [parseDecimal(current), parseDecimal(previous)];
  if (before <= ZERO) return before === ZERO && now > ZERO ? 'new' : '';
  if (now === ZERO) return 'gone';
  const percent = percentOf(subtract(now, before), before, 1);
  if (Math.abs(percent) > MOST_PERCENT) return `${percent > 0 ? '>' : '<−'}${MOST_PERCENT} %`;
  const rounded = Math.round(Math.abs(percent));
  return `${rounded === 0 ? '±' : percent > 0 ? '+' : '−'}${rounded} %`;
}

/** Whether there is anything to compare: days that both sides lack are left out of both, and may be all there are. */
export function isCompared({
  current,
  previous,
  partial,
}: Pick<ComparedRow, 'current' | 'previous' | 'partial'>): boolean {
  return !partial || current !== '0' || previous !== '0';
}

/** How much more the first is, exact. */
export function difference({ current, previous }: { current: string; previous: string }): string {
  return formatDecimal(subtract(parseDecimal(current), parseDecimal(previous)));
}

/** How a row compares: the amount, and what that is of what was before. */
export function changeCells(row: ComparedRow | undefined): [amount: string, percent: string] {
  if (row === undefined) return ['', ''];
  return [
    isCompared(row) ? formatMoney(difference(row), { signed: true }) : '',
    `${row.partial ? '° ' : ''}${formatChange(row)}`,
  ];
}

/** `2 h ago`, `3 d ago` */
export function formatAge(instant: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - instant.getTime()) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / 1440)} d ago`;
}

/** `1.9 s`, `340 ms`, `2 min 5 s`, `3 h 20 min`, `6 d 4 h`: the two largest units, at most. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  // Rounded before it is cut into minutes: there is no 60th second.
  const tenths = Math.round(milliseconds / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A bar a value; `·` where there is none to draw (null). Heights are for the eye, so floats will do. */
export function sparkline(values: readonly (number | null)[]): string {
  const largest = Math.max(0, ...values.map((value) => value ?? 0));
  return values
    .map((value) => {
      if (value === null || value <= 0) return '·';
      return BLOCKS[Math.min(BLOCKS.length - 1, Math.floor((value / largest) * BLOCKS.length))] ?? '█';
    })
    .join('');
}
