import { describe, expect, it } from 'vitest';
import { command as showForecast } from '../../src/commands/forecast.js';
import { command as showReport, type ReportOptions } from '../../src/commands/report.js';
import { perform } from '../../src/commands/perform.js';
import { daysOf, parseDay, startOfMonthOf, type DaySpan } from '../../src/domain/day.js';
import type { Forecast } from '../../src/domain/forecast.js';
import type { Report, SpendReader } from '../../src/domain/report.js';
import { readSeries, type ForecastRequest } from '../../src/library/forecast.js';
import { recordContext } from '../helpers/context.js';
import { useTestDatabase } from '../helpers/database.js';
import { bill, fillProjects, markRead } from '../helpers/spend.js';

const NOW = new Date('2026-11-11T12:00:00Z');
const days = daysOf({ since: parseDay('2026-08-01'), until: parseDay('2026-11-10') });

/** Search costs 10 a day and a fee of 100 on the 20th, Assistant 2 euros; all of it is read but two days of November. */
async function start({ json = true } = {}) {
  const { database } = await useTestDatabase('postgresql');
  const { prisma } = database;
  await fillProjects(prisma);
  const unread = ['2026-11-04', '2026-11-05'];
  for (const day of days) {
    if (!unread.includes(day)) await bill(prisma, 'search', day, '10');
    if (day.endsWith('-20')) await bill(prisma, 'search', day, '100', { lineItem: 'Reserved capacity' });
    await bill(prisma, 'assistant', day, '2', { currency: 'EUR', lineItem: 'x [EUR]' });
  }
  await markRead(
    prisma,
    ['openai', 'org-1'],
    days.filter((day) => !unread.includes(day)),
    NOW,
  );
  await markRead(prisma, ['anthropic', 'org-3'], days, NOW);
  const { context, last, text } = recordContext(database, NOW, { json });
  const run = async (options: ForecastRequest = {}) => {
    await perform(showForecast, { groupBy: ['project'], ...options }, context);
    return last() as Forecast;
  };
  const report = async (options: Partial<ReportOptions> = {}) => {
    await perform(showReport, { groupBy: ['project'], basis: 'best', ...options }, context);
    return json ? (last() as Report) : null;
  };
  return { prisma, forecast: run, report, text };
}

describe('costs forecast', () => {
  it('knows a line of two days a month as one, in all months of the history', async () => {
    for (const today of Array.from({ length: 36 }, (_, index) => startOfMonthOf(parseDay('2028-12-01'), index))) {
      let most = 0;
      let months = new Set<string>();
      const reader = {
        days: () => Promise.resolve([]),
        dailyCosts: () => Promise.resolve([]),
        sparseLines: (span: DaySpan, mostDays: number) => {
          [most, months] = [mostDays, new Set(daysOf(span).map((day) => day.slice(0, 7)))];
          return Promise.resolve([]);
        },
      };
      const filter = { teamId: 'team-1', since: today, until: today };
      await readSeries(reader as unknown as SpendReader, filter, ['project'], today);
      expect(most).toBeGreaterThanOrEqual(2 * months.size);
    }
  });

  it('adds to what was read what unread days and days to come usually cost, currencies apart', async () => {
    const { forecast } = await start();
    // Eight days of 10 are read, two are not, twenty are to come, and with them the fee.
    const dollars = { currency: 'USD', spent: '80', expected: '400' };
    const euros = { currency: 'EUR', spent: '20', expected: '60' };
    const { rows, totals, since, until, today } = await forecast();
    expect(rows).toMatchObject([
      { project: 'Search', ...dollars },
      { project: 'Assistant', ...euros },
    ]);
    expect(totals).toHaveLength(2);
    expect(totals).toEqual(
      expect.arrayContaining([dollars, euros].map((each) => expect.objectContaining(each) as unknown)),
    );
    expect({ since, until, today }).toEqual({ since: '2026-11-01', until: '2026-11-30', today: '2026-11-11' });
  });

  it(
    'is what a report of the running month says beside its totals, with what was not read',
    { tags: ['story'] },
    async () => {
      const { forecast, report } = await start();
      const { totals } = await forecast();
      const { monthEnd, totals: spent } = (await report()) as Report;
      expect(monthEnd).toEqual({
        ...{ since: '2026-11-01', until: '2026-11-30', totals },
        notRead: [
          expect.objectContaining({ organization: 'Labs', since: '2026-11-01', until: '2026-11-10' }),
          expect.objectContaining({ organization: 'Prod', since: '2026-11-04', until: '2026-11-05' }),
        ],
      });
      expect(spent).toMatchObject([{ cost: '20' }, { cost: '80' }]);
      const { totals: search } = await forecast({ project: 'Search' });
      expect((await report({ project: 'Search', period: 'this-month' }))?.monthEnd?.totals).toEqual(search);
      for (const other of [{ period: 'last-month' }, { period: 'last-7d' }, { asOf: '1d' }])
        expect(await report(other)).not.toHaveProperty('monthEnd');
      const people = await start({ json: false });
      await people.report();
      expect(people.text()).toMatch(
        /Expected by 30 Nov, not charged: 60\.00 EUR; 400\.00 USD; days not read count as what they usually cost\. {2}→ costs forecast/,
      );
    },
  );

  it('expects the same of any grouping, and of a month to come', async () => {
    const { forecast } = await start();
    expect((await forecast({ groupBy: ['organization'] })).rows).toMatchObject([
      { organization: 'Prod', expected: '400' },
      { organization: 'EU' },
    ]);
    expect((await forecast({ period: '2026-12', provider: 'openai' })).totals).toMatchObject([
      { spent: '0', expected: '410' },
    ]);
    expect((await forecast({ period: 'last-month' })).since).toBe('2026-10-01');
    for (const period of ['2026-Q3', 'yesterday', '2026-10-31'])
      await expect(forecast({ period })).rejects.toThrow(`"${period}" is not one month.`);
    await expect(forecast({ groupBy: ['model'] })).rejects.toMatchObject({ code: 'usage' });
  });

  it('of a month long ago is what it came to, and names no currency that it does not have', async () => {
    const { prisma, forecast } = await start();
    const january = daysOf({ since: parseDay('2026-01-01'), until: parseDay('2026-01-31') });
    await markRead(prisma, ['openai', 'org-1'], january, NOW);
    await markRead(prisma, ['anthropic', 'org-3'], january, NOW);
    for (const day of ['2026-01-02', '2026-01-20']) await bill(prisma, 'search', day, '7.125');
    const { rows, totals } = await forecast({ period: '2026-01' });
    expect(rows).toMatchObject([{ project: 'Search', spent: '14.25', expected: '14.25' }]);
    expect(totals).toMatchObject([{ currency: 'USD', spent: '14.25', expected: '14.25' }]);
  });

  it('expects what usage costs of an organization whose bill nobody reads', async () => {
    const { prisma, forecast, report } = await start();
    const used = days.slice(-28);
    for (const day of used) await bill(prisma, 'labs', day, '3', { version: 'usage_v1' });
    await prisma.$executeRaw`
      INSERT INTO collected_usage (ai_provider, ai_organization_id, endpoint, bucket_width, day, read_at, rows, run_id)
      SELECT 'openai', 'org-2', 'completions', '1d', day::date, ${NOW}, 1, 'run-1' FROM unnest(${used}::text[]) AS day`;
    expect((await forecast({ organization: 'Labs' })).totals).toMatchObject([{ spent: '30', expected: '90' }]);
    expect(await report({ organization: 'Labs' })).toMatchObject({
      monthEnd: { totals: [{ expected: '90' }], notRead: [] },
      coverage: { gaps: [{ since: '2026-11-11', until: '2026-11-11' }] },
    });
  });

  it('tells how far off past months were, and marks all of it as expected', async () => {
    const { forecast, text } = await start({ json: false });
    const { backtest = [] } = await forecast({ backtest: true });
    expect(backtest.filter(({ currency, dayOfMonth }) => currency === 'EUR' && dayOfMonth === 5)).toMatchObject([
      { months: 3, error: 0, straightLine: 0 },
    ]);
    expect(text()).toContain('expected, not charged');
  });
});
