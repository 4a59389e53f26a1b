import { describe, expect, it } from 'vitest';
import type { WindowOutcome, WindowWrite } from '../../src/domain/collection.js';
import { parseDay } from '../../src/domain/day.js';
import type { Delivered, FocusFiles, FocusPeriod } from '../../src/domain/focus-import.js';
import { answeredDays, askedAt, emptiedPeriods, writePeriod, type PeriodHead } from '../../src/sync/files.js';

const delivered = (month: string | null, change: Partial<Delivered> = {}): Delivered => ({
  ...{ export: 'daily', month, deliveredAt: new Date('2026-02-10T08:00:00Z') },
  ...change,
});
const account = (organizationId: string, of = 'daily') => ({ provider: 'aws', organizationId, export: of }) as const;
const period = (of: string, since: string) => ({ account: of, since: parseDay(since) }) as FocusPeriod;

/** Which accounts a delivery empties, and from which day. */
function emptied(deliveries: Delivered[], periods: FocusPeriod[], accounts: ReturnType<typeof account>[]) {
  const files = { deliveries, periods } as FocusFiles;
  return emptiedPeriods(files, accounts).map(({ account: of, since }) => [of, since]);
}

describe('an account of an export', () => {
  it('is empty in a month of which a newer delivery has others and not it', () => {
    const accounts = [account('a'), account('b')];
    const months = [delivered('2026-01'), delivered('2026-02')];
    const periods = [period('a', '2026-01-01'), period('b', '2026-02-01')];
    expect(emptied(months, periods, accounts)).toEqual([
      ['b', '2026-01-01'],
      ['a', '2026-02-01'],
    ]);
  });

  it('is not where it comes from another export, or nobody knows of which month the delivery is', () => {
    expect(emptied([delivered('2026-01')], [], [account('a', 'hourly')])).toEqual([]);
    const elsewhere = [account('a', 's3://one/daily'), account('b', 's3://two/daily')];
    expect(emptied([delivered('2026-01', { export: 's3://one/daily' })], [], elsewhere)).toEqual([['a', '2026-01-01']]);
    expect(emptied([delivered(null)], [], [account('a')])).toEqual([]);
    const unnamed = { provider: 'aws', organizationId: 'a', export: null } as const;
    for (const of of [null, 'daily'])
      expect(
        emptiedPeriods({ deliveries: [delivered('2026-01', { export: of })], periods: [] } as unknown as FocusFiles, [
          unnamed,
        ]),
      ).toEqual([]);
    expect(emptied([delivered('2026-01', { export: null })], [], [account('a')])).toEqual([]);
  });

  it('is so without a charge, through the day of the delivery', () => {
    const files = { deliveries: [delivered('2026-02')], periods: [] } as unknown as FocusFiles;
    const [only] = emptiedPeriods(files, [account('a')]);
    expect(only).toMatchObject({ until: '2026-02-28', lastDay: '2026-02-10', rows: 0, lines: [] });
    const partial = { ...files, deliveries: [delivered('2026-02', { until: parseDay('2026-02-05') })] };
    expect(emptiedPeriods(partial, [account('a')])).toMatchObject([{ until: '2026-02-05', lastDay: '2026-02-05' }]);
  });
});

describe('a period of files', () => {
  const days = (since: string, until: string, lastDay: string) =>
    answeredDays({ since, until, lastDay } as FocusPeriod).map((day) => day.slice(8));

  it('is known through its last day, and never beyond its end', () => {
    expect(days('2026-02-01', '2026-02-28', '2026-02-03')).toEqual(['01', '02', '03']);
    expect(days('2026-02-26', '2026-02-28', '2026-03-09')).toEqual(['26', '27', '28']);
  });

  it('is written whole, as of its delivery, or of the one beside which it came', async () => {
    const now = new Date('2026-02-20T00:00:00Z');
    const written: WindowWrite[] = [];
    const store = {
      clock: () => Promise.resolve(now),
      writeWindow: (write: WindowWrite) => {
        written.push(write);
        return Promise.resolve({} as WindowOutcome);
      },
    };
    const [since, until] = [parseDay('2026-02-01'), parseDay('2026-02-28')];
    const of = (delivery: Delivered) =>
      ({
        provider: 'aws',
        account: 'a',
        since,
        until,
        lastDay: parseDay('2026-02-02'),
        delivery,
        lines: [],
      }) as unknown as FocusPeriod;
    const delivery = delivered('2026-02');
    const besideAt = new Date('2026-02-11T08:00:00Z');
    for (const each of [delivery, { ...delivery, besideAt }])
      await writePeriod(store, of(each), { runId: 'run-1' } as PeriodHead);
    const usual = {
      ...{ runId: 'run-1', provider: 'aws', organizationId: 'a', days: [since, parseDay('2026-02-02')], lines: [] },
      ...{ projects: new Map(), export: 'daily', requestedAt: delivery.deliveredAt },
    };
    expect(written).toEqual([
      { ...usual, period: { since, until, asOf: delivery.deliveredAt } },
      { ...usual, period: { since, until, asOf: besideAt } },
    ]);
  });

  it('was asked for when it was delivered, to the millisecond, and never later than now', () => {
    const now = new Date('2026-02-10T08:00:00.500Z');
    const at = (milliseconds: number) =>
      askedAt(delivered('2026-02', { deliveredAt: new Date(Date.parse('2026-02-10T08:00:00Z') + milliseconds) }), now);
    expect(at(0).toISOString()).toBe('2026-02-10T08:00:00.000Z');
    expect(at(3_600_000)).toEqual(now);
  });
});
