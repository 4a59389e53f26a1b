import { describe, expect, it } from 'vitest';
import { addDays, daysOf, endOfMonthOf, parseDay, startOfMonthOf, type Day } from '../../src/domain/day.js';
import { formatDecimal, parseDecimal, type Decimal } from '../../src/domain/decimal.js';
import { median } from '../../src/domain/expectation.js';
import { backtest, expectTotal, forecastOf, type ForecastSeries } from '../../src/domain/forecast.js';
import { demoWorld } from '../../src/emulator/synthetic.js';
import { amountText } from '../../src/emulator/world.js';
import { createRandom } from '../../src/emulator/random.js';

const TODAY = parseDay('2026-11-23');
const MONTH = startOfMonthOf(TODAY);
const days = daysOf({ since: addDays(TODAY, -300), until: addDays(TODAY, -1) });

function seriesOf(
  costOf: (day: Day) => number,
  { fixed = () => 0, isRead = () => true }: { fixed?: (day: Day) => number; isRead?: (day: Day) => boolean } = {},
): ForecastSeries {
  const known = days.filter(isRead);
  const exact = new Map<Day, Decimal>(known.map((day) => [day, parseDecimal((costOf(day) + fixed(day)).toFixed(2))]));
  return {
    group: { currency: 'USD' },
    exact,
    costs: new Map([...exact].map(([day, cost]) => [day, Number(formatDecimal(cost))])),
    sparse: [new Map(known.filter((day) => fixed(day) > 0).map((day) => [day, fixed(day)]))],
    isRead,
  };
}

const isWeekend = (day: Day) => [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
const noise = (seed: string) => {
  const random = createRandom(seed);
  const drawn = new Map<Day, number>(days.map((day) => [day, 0.9 + 0.2 * random()]));
  return (day: Day) => drawn.get(day) ?? 1;
};

/** Worlds with seasons, each of several projects. */
const WORLDS: Record<string, ForecastSeries[]> = {
  'weekdays and weekends': [1, 2, 3, 4].map((size) => {
    const wobble = noise(`season-${size}`);
    return seriesOf((day) => size * 100 * (isWeekend(day) ? 0.25 : 1) * wobble(day));
  }),
  'a fee on the first, and a commitment on the last day of each month': [1, 2].map((size) => {
    const wobble = noise(`fee-${size}`);
    const fixed = (day: Day) => (day.endsWith('-01') ? 900 : day === endOfMonthOf(day) ? 400 : 0);
    return seriesOf((day) => size * 60 * (isWeekend(day) ? 0.5 : 1) * wobble(day), { fixed });
  }),
  'a model switched at the end of a month, with half the price': [1, 2, 3].map((size) => {
    const wobble = noise(`switch-${size}`);
    return seriesOf((day) => size * 80 * (isWeekend(day) ? 0.4 : 1) * (day < '2026-08-24' ? 1 : 0.5) * wobble(day));
  }),
};

describe('what a month comes to', () => {
  it.each(Object.keys(WORLDS))(
    'is off by at most half of what a straight line is on day 5: %s',
    { tags: ['story'] },
    (name) => {
      const tested = backtest(WORLDS[name] ?? [], 'USD', MONTH);
      const fifth = tested.find(({ dayOfMonth }) => dayOfMonth === 5);
      expect(fifth?.months).toBe(6);
      expect(fifth?.error).toBeLessThanOrEqual((fifth?.straightLine ?? 0) / 2);
    },
  );

  it("is so in the demo's world, too: its October, after a September of which a day lacks", () => {
    const { organizations } = demoWorld(TODAY);
    const byProject = new Map<string, Map<Day, number>>();
    for (const organization of organizations)
      for (const [day, rows] of organization.days)
        for (const { projectId, amount } of rows) {
          const costs = byProject.get(`${organization.id} ${projectId ?? ''}`) ?? new Map<Day, number>();
          costs.set(day, (costs.get(day) ?? 0) + Number(amountText(amount)));
          byProject.set(`${organization.id} ${projectId ?? ''}`, costs);
        }
    const demo = [...byProject.values()].map((costs) =>
      seriesOf((day) => costs.get(day) ?? 0, { isRead: (day) => day >= '2026-09-02' }),
    );
    const fifth = backtest(demo, 'USD', MONTH).find(({ dayOfMonth }) => dayOfMonth === 5);
    expect(fifth?.error).toBeLessThanOrEqual((fifth?.straightLine ?? 0) / 2);
  });

  it('with five unread days is what it is once they are read, within its range', () => {
    const wobble = [noise('a'), noise('b'), noise('c'), noise('d')];
    const cost = (index: number) => (day: Day) =>
      100 * (index + 1) * (isWeekend(day) ? 0.3 : 1) * (wobble[index]?.(day) ?? 1);
    const all = wobble.map((_, index) => seriesOf(cost(index)));
    const unread = new Set(['2026-11-10', '2026-11-11', '2026-11-14', '2026-11-15', '2026-11-20']);
    const gaps = wobble.map((_, index) => seriesOf(cost(index), { isRead: (day) => !unread.has(day) }));
    const [read, guessed] = [forecastOf(all, MONTH, TODAY), forecastOf(gaps, MONTH, TODAY)];
    expect(guessed.low).not.toBeNull();
    expect(Number(guessed.low)).toBeLessThanOrEqual(Number(read.expected));
    expect(Number(guessed.high)).toBeGreaterThanOrEqual(Number(read.expected));
    expect(Math.abs(Number(guessed.expected) / Number(read.expected) - 1)).toBeLessThan(0.02);
  });

  it('expects a fee on its day, what was read to the last digit, and nothing of whoever is silent', () => {
    const fixed = (day: Day) => (day.endsWith('-28') ? 250 : 0);
    const steady = seriesOf(() => 10, { fixed });
    // 22 days of 10 are read; eight are to come, one of them with the fee.
    expect(forecastOf([steady], MONTH, TODAY)).toEqual({ spent: '220', expected: '550', low: null, high: null });
    const exact = new Map([[parseDay('2026-11-20'), parseDecimal('0.000000000000000000000000000001')]]);
    expect(formatDecimal(expectTotal([{ ...steady, exact }], MONTH, TODAY).spent)).toBe(
      '0.000000000000000000000000000001',
    );
    const silent = seriesOf(() => 10, { isRead: (day) => day < '2026-10-20' });
    expect(forecastOf([silent], MONTH, TODAY).expected).toBe('0');
  });

  it('a day read as zero is zero, one not read is not, and today costs at least what was read of it', () => {
    const weekdays = seriesOf((day) => (isWeekend(day) ? 0 : 10));
    // 16 weekdays are over, and with today six are to come.
    expect(forecastOf([weekdays], MONTH, TODAY).expected).toBe('210');
    const half = new Map(weekdays.exact).set(TODAY, parseDecimal('25'));
    const costs = new Map(weekdays.costs).set(TODAY, 25);
    expect(forecastOf([{ ...weekdays, exact: half, costs }], MONTH, TODAY).expected).toBe('225');
  });

  it('takes off credits that come on their day, and tells cents', () => {
    const credited = seriesOf(() => 10.1, { fixed: (day) => (day === endOfMonthOf(day) ? -50 : 0) });
    const sparse = [new Map(days.filter((day) => day === endOfMonthOf(day)).map((day) => [day, -50]))];
    const exact = new Map(credited.exact).set(parseDay('2026-11-20'), parseDecimal('10.100004'));
    // 22 days of 10.1 are read; eight are to come, and the credit on the last.
    expect(forecastOf([{ ...credited, exact, sparse }], MONTH, TODAY)).toMatchObject({
      spent: '222.200004',
      expected: '253',
    });
  });

  it('follows the trend of whoever works on weekdays alone', () => {
    const weekly = (day: Day) => 100 * 1.2 ** Math.floor((days.indexOf(day) + 7 - (days.length % 7)) / 7 - 40);
    const all = seriesOf(weekly);
    const weekdays = seriesOf((day) => (isWeekend(day) ? 0 : weekly(day)));
    const of = (series: ForecastSeries) => expectTotal([series], MONTH, TODAY).rest;
    // Of the eight days to come six are weekdays.
    expect(of(weekdays) / of(all)).toBeCloseTo(6 / 8, 1);
  });

  it('of an even number of values, the median lies between', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});
