import { describe, expect, it } from 'vitest';
import { daysBetween, daysOf, parseDay, type Day, type DaySpan } from '../../src/domain/day.js';
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
