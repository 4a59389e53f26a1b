import { describe, expect, it } from 'vitest';
import { addDays, daysBetween, daysOf, parseDay, type Day, type DaySpan } from '../../src/domain/day.js';
import { asCostsError, CostsError } from '../../src/errors.js';
import { emptyOutcome } from '../../src/store/facts/write-window.js';
import { RowBudget } from '../../src/sync/row-budget.js';
import { runWindows } from '../../src/sync/windows.js';

const MONTH = { since: parseDay('2026-01-01'), until: parseDay('2026-01-31') };

/** A provider that has so many rows each day, and what was asked of it. */
async function collect(rowsADay: number, known: number | null, windows: DaySpan[] = [MONTH]) {
  const asked: { days: number; mostRows: number | null }[] = [];
  const done: Day[] = [];
  const failed: CostsError[] = [];
  await runWindows(windows, known, {
    room: new RowBudget(),
    collect: (window, mostRows) => {
      const days = daysBetween(window.since, window.until) + 1;
      asked.push({ days, mostRows });
      if (days * rowsADay > (mostRows ?? 800_000)) return Promise.reject(new CostsError('too-large', 'Too large.'));
      return Promise.resolve({ rows: days * rowsADay, outcome: emptyOutcome() });
    },
    asError: asCostsError,
    isOver: () => false,
    onDone: (window) => done.push(...daysOf(window)),
    onFailed: (_, error) => failed.push(error),
  });
  return { asked, done: done.sort(), failed };
}

describe('an answer that is too large', () => {
  it.each([700, 5_000, 19_000, 200_000])(
    'is asked for again in smaller pieces until every day is there once: %i rows a day',
    async (rowsADay) => {
      const { asked, done, failed } = await collect(rowsADay, null);
      expect(failed).toEqual([]);
      expect(done).toEqual(daysOf(MONTH));
      expect(asked.length).toBeLessThanOrEqual(31 + 4);
    },
  );

  it('is not asked for where it is known how much a day holds: a day that needs all the room is asked for alone', async () => {
    const { asked, done } = await collect(200_000, 200_000);
    expect(done).toEqual(daysOf(MONTH));
    expect(asked).toEqual(Array.from({ length: 31 }, () => ({ days: 1, mostRows: null })));
  });

  it('fails its day only, where a single one cannot be held', async () => {
    const { done, failed } = await collect(900_000, null, [{ since: MONTH.until, until: MONTH.until }]);
    expect(done).toEqual([]);
    expect(failed.map(({ code }) => code)).toEqual(['too-large']);
  });
});

describe('the windows of an organization', () => {
  const windowsOf = (count: number, days = 2): DaySpan[] =>
    Array.from({ length: count }, (_, index) => {
      const until = addDays(MONTH.until, -index * days);
      return { since: addDays(until, 1 - days), until };
    });

  /** Reads windows of which some fail, and tells of which days was asked and what was told. */
  async function read(
    windows: DaySpan[],
    fail: (window: DaySpan) => CostsError | null,
    { known = 1, isOver = () => false }: { known?: number | null; isOver?: () => boolean } = {},
  ) {
    const asked: DaySpan[] = [];
    const failed: [day: Day, code: string, isTold: boolean][] = [];
    const done: Day[] = [];
    await runWindows(windows, known, {
      room: new RowBudget(),
      collect: (window) => {
        asked.push(window);
        const error = fail(window);
        return error === null ? Promise.resolve({ rows: 1, outcome: emptyOutcome() }) : Promise.reject(error);
      },
      asError: asCostsError,
      isOver,
      onDone: ({ until }) => done.push(until),
      onFailed: ({ until }, { code }, isTold) => failed.push([until, code, isTold]),
    });
    return { asked, failed, done };
  }

  it('are all read where one of them fails for itself', async () => {
    const windows = windowsOf(6);
    const { asked, failed, done } = await read(windows, ({ until }) =>
      until === '2026-01-29' ? new CostsError('contract', 'No.') : null,
    );
    expect(asked).toHaveLength(6);
    expect(failed).toEqual([['2026-01-29', 'contract', true]]);
    expect(done).toEqual(['2026-01-31', '2026-01-27', '2026-01-25', '2026-01-23', '2026-01-21']);
  });

  it.each(['auth', 'unreachable', 'no-space', 'interrupted'] as const)(
    'are not asked for any more after a failure of kind %s, and all but the first of them fail untold',
    async (code) => {
      const windows = windowsOf(10, 1);
      const { asked, failed, done } = await read(windows, () => new CostsError(code, 'No.'), { known: null });
      expect(asked).toEqual([{ since: MONTH.until, until: MONTH.until }]);
      expect(failed.map(([day]) => day)).toEqual(windows.map(({ until }) => until));
      expect(failed.map(([, , isTold]) => isTold)).toEqual([true, ...Array.from({ length: 9 }, () => false)]);
      expect(failed.every(([, of]) => of === code)).toBe(true);
      expect(done).toEqual([]);
    },
  );

  it('are not asked for any more where the organization is refused as a whole', async () => {
    const fail = () => new CostsError('forbidden', 'No.', { keyProblem: 'not-allowed' });
    expect((await read(windowsOf(10), fail, { known: null })).asked).toHaveLength(1);
  });

  it('are not asked for any more once there is no time left, whatever the failure', async () => {
    const fail = () => new CostsError('failed', 'No time.');
    const { asked } = await read(windowsOf(10), fail, { known: null, isOver: () => true });
    expect(asked).toHaveLength(1);
  });

  it('begin with their newest day alone where nobody knows how much a day holds and they are many', async () => {
    const [five, four] = [windowsOf(5), windowsOf(4)];
    const all = async (windows: DaySpan[], known: number | null) => (await read(windows, () => null, { known })).asked;
    const [newest, ...others] = five;
    expect(await all(five, null)).toEqual([
      { since: '2026-01-31', until: '2026-01-31' },
      { ...newest, until: '2026-01-30' },
      ...others,
    ]);
    expect(await all(five, 1)).toEqual(five);
    expect(await all(four, null)).toEqual(four);
    expect(await all(windowsOf(5, 1), null)).toEqual(windowsOf(5, 1));
    expect(await all([], null)).toEqual([]);
  });

  it('are cut as long as a page is where the first of them had several, and keep what came before the way was closed', async () => {
    const asked: number[] = [];
    const done: DaySpan[] = [];
    const failed: [DaySpan, boolean][] = [];
    const error = new CostsError('unreachable', 'Later.');
    await runWindows(windowsOf(3, 10), 1, {
      room: new RowBudget(),
      collect: (window) => {
        asked.push(daysOf(window).length);
        const unread = asked.length === 3 ? { error, span: { since: window.until, until: window.until } } : undefined;
        return Promise.resolve({ rows: 1, outcome: emptyOutcome(), pageDays: 4, unread });
      },
      asError: asCostsError,
      isOver: () => false,
      onDone: (window) => done.push(window),
      onFailed: (window, _, isTold) => failed.push([window, isTold]),
    });
    expect(asked.slice(0, 5)).toEqual([10, 4, 4, 2, 4]);
    const left = failed.flatMap(([window]) => daysOf(window));
    expect(failed.filter(([, isTold]) => isTold)).toHaveLength(1);
    expect([...new Set([...done.flatMap(daysOf), ...left])]).toHaveLength(30);
  });

  it('are done as far as they were asked for: what is left of one is taken next', async () => {
    const done: DaySpan[] = [];
    const span = (since: string, until: string) => ({ since: parseDay(since), until: parseDay(until) });
    await runWindows([MONTH], 1, {
      room: new RowBudget(),
      collect: ({ since, until }) => {
        const rest = daysBetween(since, until) < 15 ? undefined : { since: addDays(since, 15), until };
        return Promise.resolve({ rows: 1, outcome: emptyOutcome(), rest });
      },
      asError: asCostsError,
      isOver: () => false,
      onDone: (window) => done.push(window),
      onFailed: (_, error) => expect.fail(error.message),
    });
    expect(done).toEqual([
      span('2026-01-01', '2026-01-15'),
      span('2026-01-16', '2026-01-30'),
      span('2026-01-31', '2026-01-31'),
    ]);
  });

  it('are cut as the largest day so far has shown, and a day that may need all the room is let in alone', async () => {
    const { asked } = await collect(2_500, null, windowsOf(5, 10));
    // Of the first day alone it is learned that two days are a piece.
    expect(Math.max(...asked.map(({ days }) => days))).toBe(2);
    const requests = async (rowsADay: number, known: number, windows = windowsOf(6, 10)) =>
      (await collect(rowsADay, known, windows)).asked.length;
    expect(await requests(100, 1)).toBe(6);
    expect(await requests(1, 2_500)).toBe(6 * 5);
    // What was too large has as many rows a day as that says, and no more.
    expect(await requests(700, 1, [MONTH])).toBe(1 + 5);
    const limits = async (rowsADay: number) => (await collect(rowsADay, rowsADay, windowsOf(1, 1))).asked[0]?.mostRows;
    expect([await limits(10_000), await limits(10_001)]).toEqual([20_000, null]);
  });
});
