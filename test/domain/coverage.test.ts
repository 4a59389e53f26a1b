import { describe, expect, it } from 'vitest';
import { dayState } from '../../src/domain/coverage.js';
import { parseDay } from '../../src/domain/day.js';

describe('dayState', () => {
  const day = parseDay('2026-01-01');

  it.each([
    [null, 'gap'],
    ['2026-01-01T12:00:00Z', 'open'],
    ['2026-01-01T23:59:59.999Z', 'open'],
    ['2026-01-02T00:00:00Z', 'provisional'],
    ['2026-01-31T23:59:59.999Z', 'provisional'],
    ['2026-02-01T00:00:00Z', 'settled'],
  ])('of a day last read %s is %s', (readAt, state) => {
    expect(dayState(day, readAt === null ? null : new Date(readAt))).toBe(state);
  });
});
