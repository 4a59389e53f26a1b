import { afterEach, describe, expect, it } from 'vitest';
import {
  addDays,
  daysBetween,
  daysOf,
  endOfDay,
  endOfMonthOf,
  parseDay,
  startOfDay,
  startOfMonthOf,
  toDay,
} from '../../src/domain/day.js';

const zone = process.env.TZ;

describe.each(['UTC', 'Asia/Kolkata', 'America/Los_Angeles', 'Pacific/Kiritimati'])('days under TZ=%s', (name) => {
  afterEach(() => {
    process.env.TZ = zone;
  });

  it('are UTC days', () => {
    process.env.TZ = name;
    expect(toDay(new Date('2026-03-08T00:00:00Z'))).toBe('2026-03-08');
    expect(toDay(new Date('2026-03-08T23:59:59.999Z'))).toBe('2026-03-08');
    expect(startOfDay(parseDay('2026-03-08')).toISOString()).toBe('2026-03-08T00:00:00.000Z');
    expect(endOfDay(parseDay('2026-03-08')).toISOString()).toBe('2026-03-09T00:00:00.000Z');
  });

  it('are all 24 hours apart, where clocks change too', () => {
    process.env.TZ = name;
    const year = daysOf({ since: parseDay('2026-01-01'), until: parseDay('2026-12-31') });
    expect(year).toHaveLength(365);
    expect(new Set(year).size).toBe(365);
    expect(daysBetween(parseDay('2026-01-01'), parseDay('2026-12-31'))).toBe(364);
    expect(addDays(parseDay('2024-02-28'), 1)).toBe('2024-02-29');
  });

  it('know their months', () => {
    process.env.TZ = name;
    expect(startOfMonthOf(parseDay('2026-03-31'), 1)).toBe('2026-02-01');
    expect(startOfMonthOf(parseDay('2026-01-15'), 1)).toBe('2025-12-01');
    expect(endOfMonthOf(parseDay('2024-02-11'))).toBe('2024-02-29');
  });
});

describe('parseDay', () => {
  it.each(['2026-02-30', '2026-13-01', '26-01-01', '2026-1-1', 'yesterday', '', '2026-01-01T00:00:00Z', '2026-01-01 '])(
    'refuses %j',
    (text) => {
      expect(() => parseDay(text)).toThrow(/is not a day/);
    },
  );
});
