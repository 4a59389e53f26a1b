import { addDays, daysOf, type Day, type DaySpan } from './day.js';
import { absolute, formatDecimal, parseDecimal, ZERO, type Decimal } from './decimal.js';

/** How far before a span its days are compared with. */
export const SPIKE_HISTORY_DAYS = 56;
const WEEKS = 8;
/** With fewer days to compare with, nothing is called unusual. */
const LEAST_SAMPLES = 4;
/** In units of the currency: less than this over the usual pages nobody. */
const LEAST_EXCESS = parseDecimal('5');

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
  project: string;
  projectId: string;
  organization: string | null;
  currency: string;
  cost: string;
  /** The median of the same weekday. */
  usual: string;
  /** What drove it: the line item that rose most. */
  lineItem: { name: string; cost: string; usual: string } | null;
}

/**
 * Days of a span that cost more than the median of the same weekday in the eight weeks before by half of it, by four times
 * the usual spread (median absolute deviation), and by 5 units of the currency. The largest excess comes first.
 */
export function findSpikes(series: readonly DailySeries[], span: DaySpan): Spike[] {
  const found = series.flatMap((each) =>
    daysOf(span).flatMap((day) => {
      const cost = each.costs.get(day);
      const usual = cost === undefined || !each.isWhole(day) ? null : usualCost(each, day);
      return cost === undefined || usual === null || !isFarAbove(cost, usual) ? [] : [{ each, day, cost, usual }];
    }),
  );
  return found
    .sort((a, b) => Number(excess(b) > excess(a)) - Number(excess(b) < excess(a)))
    .map(({ each: { project, projectId, organization, currency }, day, cost, usual }) => ({
      day,
      project,
      projectId,
      organization,
      currency,
      cost: formatDecimal(cost),
      usual: formatDecimal(usual.median),
      lineItem: null,
    }));
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
  return { median: middle, spread: median(samples.map((sample) => absolute((sample - middle) as Decimal))) };
}

function isFarAbove(cost: Decimal, { median: usual, spread }: Usual): boolean {
  const over = cost - usual;
  // 1.4826 makes the spread comparable to a standard deviation.
  return over >= LEAST_EXCESS && over * 2n > usual && over * 10_000n > spread * 4n * 14_826n;
}

function excess({ cost, usual }: { cost: Decimal; usual: Usual }): bigint {
  return cost - usual.median;
}

function median(values: readonly Decimal[]): Decimal {
  const sorted = [...values].sort((a, b) => Number(a > b) - Number(a < b));
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? ZERO;
  const lower = sorted.length % 2 === 1 ? upper : (sorted[half - 1] ?? ZERO);
  return ((upper + lower) / 2n) as Decimal;
}
