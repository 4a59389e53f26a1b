import { expect, it } from 'vitest';
import { daysOf, parseDay } from '../../src/domain/day.js';
import type { UsageRead } from '../../src/domain/usage-store.js';
import { outstandingOf } from '../../src/sync/outstanding-usage.js';
import type { WindowWork } from '../../src/sync/work.js';

const WINDOW = { since: parseDay('2026-02-26'), until: parseDay('2026-02-28') };
const PLANNED = '2026-04-10T12:00:00Z';
const ALL = ['completions', 'images'];

/** What is still to be read where completions were read at an instant, of the first days of the window or of all. */
function outstanding(
  readAt: string,
  { forced = false, resumedSince, days = 3 }: { forced?: boolean; resumedSince?: string; days?: number } = {},
) {
  const reads = daysOf(WINDOW)
    .slice(0, days)
    .map((day): UsageRead => ({ endpoint: 'completions', day, readAt: new Date(readAt), refused: false }));
  const work = {
    resumedSince: resumedSince === undefined ? undefined : new Date(resumedSince),
    options: { plannedAt: new Date(PLANNED), forced },
  } as WindowWork;
  return outstandingOf(WINDOW, ALL, reads, work);
}

it('what was read since the plan was made is not read again, forced or not', () => {
  for (const forced of [false, true])
    expect(outstanding(PLANNED, { forced })).toEqual({ span: WINDOW, endpoints: ['images'] });
});

it('what was read before is read again, unless it had settled by then and nobody forces it', () => {
  expect(outstanding('2026-03-10T00:00:00Z')).toEqual({ span: WINDOW, endpoints: ALL });
  expect(outstanding('2026-04-10T11:59:59Z')).toEqual({ span: WINDOW, endpoints: ['images'] });
  expect(outstanding('2026-04-10T11:59:59Z', { forced: true })).toEqual({ span: WINDOW, endpoints: ALL });
});

it('what runs before read that a limit of requests ended is not read again, as far as they saw the day whole', () => {
  const resumedSince = '2026-02-28T00:00:00Z';
  expect(outstanding('2026-02-28T00:00:00Z', { resumedSince })).toEqual({
    span: { since: '2026-02-26', until: '2026-02-27' },
    endpoints: ['images'],
  });
  expect(outstanding('2026-02-27T23:59:59Z', { resumedSince })).toEqual({ span: WINDOW, endpoints: ALL });
  expect(outstanding('2026-03-01T00:00:00Z', { resumedSince, forced: true })).toEqual({
    span: WINDOW,
    endpoints: ['images'],
  });
});

it('days of which the same reports are due are read together, and all of them where somebody else read them meanwhile', () => {
  expect(outstanding(PLANNED, { days: 1 })).toEqual({
    span: { since: '2026-02-26', until: '2026-02-26' },
    endpoints: ['images'],
  });
  const reads = ALL.map((endpoint) => ({ endpoint, day: WINDOW.since, readAt: new Date(PLANNED), refused: false }));
  const work = { options: { plannedAt: new Date(PLANNED), forced: false } } as WindowWork;
  expect(outstandingOf(WINDOW, ALL, reads, work)).toEqual({
    span: { since: '2026-02-26', until: '2026-02-26' },
    endpoints: ALL,
  });
});
