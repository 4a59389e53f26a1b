import { describe, expect, it } from 'vitest';
import { daysOf, parseDay, type DaySpan } from '../../src/domain/day.js';
import type { ProviderCall } from '../../src/domain/provider.js';
import { CostsError } from '../../src/errors.js';
import { SharedReads } from '../../src/sync/shared-reads.js';

const span = (since: string, until: string): DaySpan => ({ since: parseDay(since), until: parseDay(until) });
const MONTH = span('2026-10-01', '2026-10-31');
const WEEK = span('2026-10-05', '2026-10-11');
const CALL = {} as ProviderCall;

/** Two organizations that want a month each. */
function share(answer: (window: DaySpan) => string) {
  const asked: DaySpan[] = [];
  const daysWanted = (window: DaySpan) => daysOf(window).length * 2;
  const reads = new SharedReads({ windows: [MONTH], daysWanted }, (_, window) => {
    asked.push(window);
    return new Promise<string>((resolve) => resolve(answer(window)));
  });
  return { reads, asked };
}

const tooLarge = new CostsError('too-large', 'More than can be held.');
const onlyWeeks = (window: DaySpan) => {
  if (daysOf(window).length > 7) throw tooLarge;
  return 'a week';
};

describe('a report that several organizations share', () => {
  it('is read once for all of them, and anew once all that was wanted of it is taken', async () => {
    const { reads, asked } = share(() => 'a month');
    for (const each of [WEEK, MONTH, span('2026-10-12', '2026-10-31'), span('2026-10-01', '2026-10-04')])
      expect(await reads.read(CALL, each)).toBe('a month');
    expect(asked).toEqual([MONTH]);
    await reads.read(CALL, WEEK);
    expect(asked).toEqual([MONTH, MONTH]);
  });

  it('is asked for less where all of it is too much, and fails where less is too much as well', async () => {
    const { reads, asked } = share(onlyWeeks);
    expect(await reads.read(CALL, WEEK)).toBe('a week');
    expect(asked).toEqual([MONTH, WEEK]);
    await expect(reads.read(CALL, MONTH)).rejects.toBe(tooLarge);
    for (const half of [span('2026-10-01', '2026-10-15'), span('2026-10-16', '2026-10-31')])
      await expect(reads.read(CALL, half)).rejects.toBe(tooLarge);
  });

  it('is asked for again by a span that has one end with the window alone, and not by the window itself', async () => {
    for (const part of [span('2026-10-01', '2026-10-07'), span('2026-10-25', '2026-10-31')]) {
      const { reads, asked } = share(onlyWeeks);
      expect(await reads.read(CALL, part)).toBe('a week');
      expect(asked).toEqual([MONTH, part]);
    }
    const { reads, asked } = share(onlyWeeks);
    await expect(reads.read(CALL, MONTH)).rejects.toBe(tooLarge);
    expect(asked).toEqual([MONTH]);
  });

  it('is asked for again where another number of rows may be held', async () => {
    const { reads, asked } = share(() => 'a month');
    for (const mostRows of [5, 6, 5]) await reads.read({ mostRows } as ProviderCall, WEEK);
    expect(asked).toEqual([MONTH, MONTH]);
  });

  it('is not asked for less where something else is wrong with it', async () => {
    const refused = new CostsError('forbidden', 'Not of this plan.');
    const { reads, asked } = share(() => {
      throw refused;
    });
    await expect(reads.read(CALL, WEEK)).rejects.toBe(refused);
    expect(asked).toEqual([MONTH]);
  });

  it('is asked for by the span alone where no window of the run holds it', async () => {
    const { reads, asked } = share(() => 'a day');
    await reads.read(CALL, span('2026-09-30', '2026-10-01'));
    await reads.read(CALL, span('2026-10-31', '2026-11-01'));
    expect(asked).toEqual([span('2026-09-30', '2026-10-01'), span('2026-10-31', '2026-11-01')]);
  });
});
