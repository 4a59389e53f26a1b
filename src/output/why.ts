import { lengthOf, type DaySpan } from '../domain/day.js';
import type { Explanation, Cause } from '../domain/explanation.js';
import {
  absolute,
  add,
  compare,
  formatDecimal,
  parseDecimal,
  percentOf,
  subtract,
  sum,
  ZERO,
} from '../domain/decimal.js';
import { dimensionOf, type GroupWord } from '../domain/dimensions.js';
import { distinctNames } from './distinct-names.js';
import { formatChange, formatMoney } from './format.js';
import { capital, formatCount, formatDay, formatShortSpan, plural, weekdayOf } from '../domain/words.js';

/** Causes are named until they tell most of the difference, and no more than so many. */
const MOST_CAUSES = 3;
const ENOUGH_PERCENT = 80;
/** What rounds to nothing is no reason, and only noise in a table. */
export const HALF_A_CENT = parseDecimal('0.005');

type Told = Omit<Explanation, 'sentence'>;

/** Why spend is not what it was, as a person would say it: a sentence a currency, then what was not read. */
export function sentenceOf(told: Told, groupBy: readonly GroupWord[]): string {
  const sentences = [...told.totals]
    .sort((a, b) => compare(absolute(parseDecimal(b.difference)), absolute(parseDecimal(a.difference))))
    .map((total) => totalSentence(told, total, groupBy));
  const nothing = sentences.length === 0 ? [`${capital(whenOf(told))} has nothing that can be compared.`] : [];
  return [...nothing, ...sentences, ...unreadSentence(told)].join(' ');
}

function totalSentence(told: Told, total: Told['totals'][number], groupBy: readonly GroupWord[]): string {
  const { currency, now, before, difference } = total;
  const head = `${capital(whenOf(told))} cost ${formatMoney(now)} ${currency}`;
  const causes = told.causes.map(distinctNames(told.rows));
  const reasons = reasonsOf({ causes }, currency, groupBy);
  const why = reasons.length === 0 ? '' : `: ${reasons.join('; ')}`;
  const to = againstOf(told, currency);
  if (difference === '0') return `${head}, as much as ${to}${why}.`;
  const change = formatChange({ current: now, previous: before });
  const percent = /%/.test(change) ? ` (${change})` : '';
  const amount = formatMoney(formatDecimal(absolute(parseDecimal(difference))));
  return `${head}, ${amount} ${difference.startsWith('-') ? 'less' : 'more'}${percent} than ${to}${why}.`;
}

/** What tells most of a difference in one currency, in words, the largest first. */
export function reasonsOf({ causes }: Pick<Told, 'causes'>, currency: string, groupBy: readonly GroupWord[]): string[] {
  return mainCauses(causes.filter((cause) => cause.currency === currency)).map((cause) =>
    describeCause(cause, groupBy),
  );
}

/** The largest first, those that move the other way included where they are as large. */
function mainCauses(causes: readonly Cause[]): Cause[] {
  const all = sum(causes.map(({ amount }) => absolute(parseDecimal(amount))));
  const kept: Cause[] = [];
  let told = ZERO;
  for (const cause of causes) {
    if (kept.length === MOST_CAUSES || (all > ZERO && percentOf(told, all) >= ENOUGH_PERCENT)) break;
    const amount = absolute(parseDecimal(cause.amount));
    if (amount < HALF_A_CENT) break;
    kept.push(cause);
    told = add(told, amount);
  }
  return kept;
}

/** One cause in words, its amount first where several stand together. */
export function describeCause(cause: Cause, groupBy: readonly GroupWord[]): string {
  const who = whoOf(cause, groupBy);
  return `${inWords(cause, who, groupBy)} (${formatMoney(cause.amount, { signed: true })})`;
}

function inWords(cause: Cause, who: string, groupBy: readonly GroupWord[]): string {
  const { effect, name, from, quantity, price, whole, reason, amount } = cause;
  const rises = !amount.startsWith('-');
  switch (effect) {
    case 'volume':
      // Of a model, or a line item of one, nothing else could be most of it.
      return groupBy.some((word) => word === 'model' || word === 'line-item')
        ? `${who} used ${timesOf(quantity, rises)}`
        : `${who} used ${timesOf(quantity, rises)}, most of it ${name}`;
    case 'price':
      return price === undefined
        ? `the price per unit ${rises ? 'rose' : 'fell'} in ${who}`
        : `${name} costs ${rises ? 'more' : 'less'} per unit in ${who}: ${perUnit(price.before, price.unit)} → ${perUnit(price.now, price.unit)}`;
    case 'mix':
      return `${who} moved from ${from ?? ''} to ${name}`;
    case 'new':
      return whole === true ? `${who} is new` : `${name} is new in ${who}`;
    case 'gone':
      return whole === true ? `${who} is gone` : `${name} is gone from ${who}`;
    case 'other':
      return reason === 'credit'
        ? `a credit or correction in ${who}, "${name}"`
        : `"${name}" in ${who}, of which no quantity is known`;
  }
}

/** What a cause is about: the first of the words it is grouped by that has a value. */
function whoOf(cause: Cause, groupBy: readonly GroupWord[]): string {
  const names = groupBy.map((word) => {
    const { columns, none = '(none)' } = dimensionOf(word);
    const field = Object.values(columns)[0];
    const value = field === undefined ? undefined : cause[field];
    return typeof value === 'string' && value !== '' ? value : none;
  });
  return names.join(', ');
}

function timesOf(quantity: Cause['quantity'], rises: boolean): string {
  const word = rises ? 'more' : 'fewer';
  if (quantity === undefined) return rises ? 'more' : 'less';
  const unit = quantity.unit ?? 'units';
  const [before, now] = [parseDecimal(quantity.before), parseDecimal(quantity.now)];
  if (before === ZERO || now === ZERO) return `${word} ${unit}`;
  const percent = percentOf(subtract(now, before), before);
  // More of one kind of token may stand beside less of another, and what rounds to nothing is no number.
  if (percent === 0 || percent > 0 !== rises) return `${word} ${unit}`;
  return percent >= 100
    ? `${formatCount((percentOf(now, before) / 100).toFixed(1))} times the ${unit}`
    : `${Math.abs(percent)} % ${word} ${unit}`;
}

/** Prices of tokens are known by the million. */
function perUnit(price: string, unit: string | null): string {
  if (unit !== null && !/token/.test(unit)) return `${formatMoney(price)} per ${unit}`;
  return unit === null ? formatMoney(price) : `${formatMoney(formatDecimal(parseDecimal(price, 6)))} per 1M ${unit}`;
}

/** What is usual is no older than a few months, and never needs a year. */
function whenOf({ since, until, against }: Pick<Told, 'since' | 'until' | 'against'>): string {
  return spanWords({ since, until }, against.kind === 'period' ? against : undefined);
}

function spanWords(span: DaySpan, beside?: DaySpan): string {
  const days = formatShortSpan(span, beside);
  return span.since === span.until ? `${weekdayOf(span.since)} ${days}` : days;
}

function againstOf({ against, usual, since, until }: Told, currency: string): string {
  if (against.kind === 'period') return spanWords(against, { since, until });
  if (since !== until) return 'is usual on those weekdays';
  const day = usual?.find((each) => each.currency === currency)?.against ?? against.since;
  return `a usual ${weekdayOf(day, 'long')} (${formatDay(day)})`;
}

function unreadSentence({ unread, against, ...span }: Told): string[] {
  if (unread.length === 0) return [];
  const names = unread
    .slice(0, 3)
    .map(({ organization, since, until }) => `${organization} ${formatShortSpan({ since, until })}`);
  const more = unread.length > 3 ? ` and ${plural(unread.length - 3, 'more span')}` : '';
  const why = lengthOf(span) === lengthOf(against) ? 'Not read' : 'Not read, or without a day to stand against';
  return [`${why}, and left out of both sides: ${names.join(', ')}${more}.`];
}
