import { addDays, daysOf, type Day, type DaySpan } from './day.js';
import {
  absolute,
  add,
  compare,
  formatDecimal,
  parseDecimal,
  proportion,
  subtract,
  ZERO,
  type Decimal,
  type DecimalText,
} from './decimal.js';

/** How far before a span its days are compared with. */
export const SPIKE_HISTORY_DAYS = 56;
const WEEKS = 8;
/** A level that has held for half of so many days is no spike any more. */
const RECENT_DAYS = 7;
/** With fewer days to compare with, nothing is called unusual. */
const LEAST_SAMPLES = 4;
/** In units of the currency: less than this over the usual pages nobody. */
export const LEAST_EXCESS = parseDecimal('5');

/** The costs of one project in one currency, day by day. */
export interface DailySeries {
  projectId: string;
  project: string;
  organization: string | null;
  currency: string;
  costs: ReadonlyMap<Day, Decimal>;
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
  organization: string | null;
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
 * before, so that a new level is told once. Neighbouring days of a project are one. The largest excess comes first.
 */
export function findSpikes(series: readonly DailySeries[], span: DaySpan, leastExcess = LEAST_EXCESS): Spike[] {
  const found = series.flatMap((each) => peaksOf(each, span, leastExcess).map((peak) => ({ each, ...peak })));
  return found
    .sort((a, b) => compare(b.excess, a.excess))
    .map(({ each: { project, projectId, organization, currency }, day, span: days, cost, usual }) => ({
      ...{ day, span: days, project, projectId, organization, currency },
      cost: formatDecimal(cost),
      usual: formatDecimal(usual),
      lineItem: null,
    }));
}

interface Peak {
  day: Day;
  span: DaySpan;
  cost: Decimal;
  usual: Decimal;
  excess: Decimal;
}

function peaksOf(series: DailySeries, span: DaySpan, leastExcess: Decimal): Peak[] {
  const peaks: Peak[] = [];
  for (const day of daysOf(span)) {
    const cost = series.costs.get(day);
    const usual = cost === undefined || !series.isWhole(day) ? null : usualCost(series, day);
    if (cost === undefined || usual === null || !isFarAbove(cost, usual, leastExcess) || isNewLevel(series, day, cost))
      continue;
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

/** What a series cost on the same weekday before a day; null where too little is known. */
export function usualCost({ costs, isWhole }: Pick<DailySeries, 'costs' | 'isWhole'>, day: Day): Usual | null {
  // Before its first cost there was nothing to cost anything.
  const first = [...costs.keys()].reduce((earliest, each) => (each < earliest ? each : earliest), day);
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

/** Most of the week before was about as expensive. */
function isNewLevel({ costs, isWhole }: DailySeries, day: Day, cost: Decimal): boolean {
  const before = daysOf({ since: addDays(day, -RECENT_DAYS), until: addDays(day, -1) }).filter(isWhole);
  return before.length > 0 && cost * 2n <= median(before.map((each) => costs.get(each) ?? ZERO)) * 3n;
}

function median(values: readonly Decimal[]): Decimal {
  const sorted = [...values].sort(compare);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? ZERO;
  const lower = sorted.length % 2 === 1 ? upper : (sorted[half - 1] ?? ZERO);
  return proportion(add(upper, lower), 1n, 2n);
}
