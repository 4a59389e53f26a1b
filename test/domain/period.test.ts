import { expect, it } from 'vitest';
import { comparableSpans, resolvePeriod } from '../../src/domain/period.js';
import { parseDay } from '../../src/domain/day.js';

it.each([
  ['yesterday', '2026-11-22', '2026-11-15'],
  ['today', '2026-11-23', '2026-11-16'],
])('compares %s with the same weekday a week before', (period, day, before) => {
  const today = parseDay('2026-11-23');
  const spans = comparableSpans(resolvePeriod({ period }, today), today);
  expect(spans).toEqual({ current: { since: day, until: day }, previous: { since: before, until: before } });
});

it.each([{ period: 'mtd' }, {}])(
  'compares a month that goes on with the same days of the one before: %o',
  (request) => {
    const today = parseDay('2026-11-23');
    expect(comparableSpans(resolvePeriod(request, today), today)).toEqual({
      current: { since: '2026-11-01', until: '2026-11-22' },
      previous: { since: '2026-10-01', until: '2026-10-22' },
    });
  },
);

it.each([
  ['2026-12-01', '2026-12-01', '2026-11-01'],
  ['2026-12-02', '2026-12-01', '2026-11-01'],
  ['2026-12-03', '2026-12-01', '2026-11-01'],
])('compares the month to date of %s with the first days of the month before', (now, since, before) => {
  const today = parseDay(now);
  expect(comparableSpans(resolvePeriod({ period: 'mtd' }, today), today)).toMatchObject({
    current: { since },
    previous: { since: before },
  });
});

it('compares yesterday with its weekday where today, which is not over, was asked for with it', () => {
  const today = parseDay('2026-11-23');
  expect(comparableSpans(resolvePeriod({ since: '2026-11-22' }, today), today)).toMatchObject({
    previous: { since: '2026-11-15', until: '2026-11-15' },
  });
});
