import { addDays, daysOf, endOfMonthOf, startOfMonthOf, type Day, type DaySpan } from './day.js';
import {
  absolute,
  add,
  compare,
  formatDecimal,
  parseDecimal,
  proportion,
  ratio,
  subtract,
  ZERO,
  type Decimal,
  type DecimalText,
} from './decimal.js';

/** How far before a span its days are compared with: three months and two weeks, and the peak that may have begun before it. */
export const SPIKE_HISTORY_DAYS = 114;
/** A peak may have begun so long before the first day that is looked at. */
const LEAD_DAYS = 7;
/** Of the same day of so many months before two tell that it is always so. */
const SEASON_MONTHS = 3;
const WEEKS = 8;
/** A level that has held for half of so many days is no spike any more. */
const RECENT_DAYS = 7;
/** With fewer days to compare with, nothing is called unusual. */
const LEAST_SAMPLES = 4;
/** In units of the currency: less than this over the usual pages nobody. */
export const LEAST_EXCESS = parseDecimal('5');

/** What is worth a word; thresholds of different kinds hold together. */
export interface Worth {
  /** In units of the currency, over the usual. */
  minAmount?: Decimal | undefined;
  /** Thousandths of a percent of what the last 30 days cost. */
  minShare?: number | undefined;
}

/** A thousandth of a month: three percent of a usual day. */
const LEAST_SHARE = 100;

/** @param recent what the last 30 days cost, in the currency of the excess */
export function isWorth(excess: Decimal, recent: Decimal, { minAmount, minShare = LEAST_SHARE }: Worth): boolean {
  return excess >= (minAmount ?? LEAST_EXCESS) && excess >= proportion(recent, BigInt(minShare), 100_000n);
}

export function excessOf({ cost, usual }: Pick<Spike, 'cost' | 'usual'>): Decimal {
  return subtract(parseDecimal(cost), parseDecimal(usual));
}

/** The costs of one project in one currency, day by day. */
export interface DailySeries {
  projectId: string;
  project: string;
  provider: string | null;
  organization: string | null;
  organizationId: string | null;
  currency: string;
  costs: ReadonlyMap<Day, Decimal>;
  /** From here on no cost is known to be none; default: its first cost. */
  knownFrom?: Day | undefined;
  /** Whether a day was read after it had ended; a day without a cost then cost nothing. */
  isWhole: (day: Day) => boolean;
}

/** A day on which a project cost far more than on the same weekday of the weeks before; amounts exact. */
export interface Spike {
  day: Day;
  /** Its neighbours that stand out too, itself included; it is the highest of them. */
  span: DaySpan;
  project: string;
  projectId: string;
  provider: string | null;
  organization: string | null;
  organizationId: string | null;
  currency: string;
  cost: DecimalText;
  /** The median of the same weekday. */
  usual: DecimalText;
  /** What drove it: the line item that rose most. */
  lineItem: { name: string; cost: DecimalText; usual: DecimalText } | null;
}

/**
 * Days of a span that cost more than the median of the same weekday in the eight weeks before by half of it, by four times
 * the usual spread (median absolute deviation), and by 5 units of the currency; and half more than the median of the week
 * before, so that a new level is told once. Not those that cost about as much on the same day of months before: a season.
 * Neighbouring days of a project are one, and stay the same one whichever of them are looked at. The largest excess comes first.
 */
export function findSpikes(series: readonly DailySeries[], span: DaySpan, leastExcess = LEAST_EXCESS): Spike[] {
  const found = series.flatMap((each) => peaksOf(each, span, leastExcess).map((peak) => ({ each, ...peak })));
  return found
    .sort((a, b) => compare(b.excess, a.excess))
    .map(({ each, day, span: days, cost, usual }) => ({
      ...{ day, span: days, project: each.project, projectId: each.projectId, provider: each.provider },
      ...{ organization: each.organization, organizationId: each.organizationId, currency: each.currency },
      cost: formatDecimal(cost),
      usual: formatDecimal(usual),
      lineItem: null,
    }));
}

/** A day that stands out, among its neighbours that do. */
export interface Peak {
  /** The highest. */
  day: Day;
  span: DaySpan;
  cost: Decimal;
  usual: Decimal;
  excess: Decimal;
}

type Costs = Pick<DailySeries, 'costs' | 'isWhole' | 'knownFrom'>;

/** In the order of their days; those whose highest day is in the span. */
export function peaksOf(series: Costs, span: DaySpan, leastExcess: Decimal): Peak[] {
  const lead = { since: addDays(span.since, -LEAD_DAYS), until: span.until };
  return allPeaksOf(series, lead, leastExcess).filter(({ day }) => day >= span.since);
}

function allPeaksOf(series: Costs, span: DaySpan, leastExcess: Decimal): Peak[] {
  const peaks: Peak[] = [];
  for (const day of daysOf(span)) {
    const cost = series.costs.get(day);
    const usual = cost === undefined || !series.isWhole(day) ? null : usualCost(series, day);
    if (cost === undefined || usual === null || !isFarAbove(cost, usual, leastExcess)) continue;
    if (isNewLevel(series, day, cost, usual.median) || isSeason(series, day, subtract(cost, usual.median))) continue;
    const excess = subtract(cost, usual.median);
    const last = peaks.at(-1);
    if (last === undefined || addDays(last.span.until, 1) !== day)
      peaks.push({ day, span: { since: day, until: day }, cost, usual: usual.median, excess });
    else {
      last.span.until = day;
      if (excess > last.excess) Object.assign(last, { day, cost, usual: usual.median, excess });
    }
  }
  return peaks;
}

interface Usual {
  median: Decimal;
  spread: Decimal;
}

/** Before this day nothing is known of a series; a first cost after `latest` does not count. */
export function firstKnown({ costs, knownFrom }: Pick<Costs, 'costs' | 'knownFrom'>, latest: Day): Day {
  return knownFrom ?? [...costs.keys()].reduce((earliest, day) => (day < earliest ? day : earliest), latest);
}

/** What a series cost on the same weekday before a day; null where too little is known. */
export function usualCost({ costs, isWhole, knownFrom }: Costs, day: Day): Usual | null {
  const first = firstKnown({ costs, knownFrom }, day);
  const samples: Decimal[] = [];
  for (let week = 1; week <= WEEKS; week += 1) {
    const before = addDays(day, -7 * week);
    if (before >= first && isWhole(before)) samples.push(costs.get(before) ?? ZERO);
  }
  if (samples.length < LEAST_SAMPLES) return null;
  const middle = median(samples);
  return { median: middle, spread: median(samples.map((sample) => absolute(subtract(sample, middle)))) };
}

function isFarAbove(cost: Decimal, { median: usual, spread }: Usual, leastExcess: Decimal): boolean {
  const over = cost - usual;
  // 1.4826 makes the spread comparable to a standard deviation.
  return over >= leastExcess && over * 2n > usual && over * 10_000n > spread * 4n * 14_826n;
}

/** Most of the week before was about as expensive, each day for its weekday; where nothing was usual, as it stands. */
function isNewLevel(series: Costs, day: Day, cost: Decimal, usual: Decimal): boolean {
  const { costs, isWhole } = series;
  const before = daysOf({ since: addDays(day, -RECENT_DAYS), until: addDays(day, -1) }).filter(isWhole);
  const levels = before.flatMap((each) => {
    const spent = costs.get(each) ?? ZERO;
    if (usual === ZERO) return [spent];
    const own = usualCost(series, each)?.median ?? ZERO;
    return own === ZERO ? [] : [ratio(spent, own)];
  });
  const level = usual === ZERO ? cost : ratio(cost, usual);
  return levels.length > 0 && level * 2n <= median(levels) * 3n;
}

/** The same day of most months before cost about as much over its own usual: an invoice, a job at the end of each month. */
function isSeason({ costs, isWhole }: Costs, day: Day, excess: Decimal): boolean {
  const at = (each: Day) => costs.get(each) ?? ZERO;
  let alike = 0;
  for (let back = 1; back <= SEASON_MONTHS; back += 1) {
    const then = sameDayOfMonth(day, back);
    const beside = [-14, -7, 7, 14].map((days) => addDays(then, days)).filter(isWhole);
    if (isWhole(then) && subtract(at(then), median(beside.map(at))) * 3n >= excess * 2n) alike += 1;
  }
  return alike >= 2;
}

/** The last day of a month stands for the last of another. */
function sameDayOfMonth(day: Day, back: number): Day {
  const start = startOfMonthOf(day, back);
  const last = endOfMonthOf(start);
  const same = addDays(start, Number(day.slice(8)) - 1);
  return day === endOfMonthOf(day) || same > last ? last : same;
}

/** The middle of some amounts, exact; zero of none. */
export function median(values: readonly Decimal[]): Decimal {
  const sorted = [...values].sort(compare);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? ZERO;
  const lower = sorted.length % 2 === 1 ? upper : (sorted[half - 1] ?? ZERO);
  return proportion(add(upper, lower), 1n, 2n);
}
