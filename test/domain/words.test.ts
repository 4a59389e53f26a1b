import { describe, expect, it } from 'vitest';
import type { Day } from '../../src/domain/day.js';
import {
  formatCount,
  formatDate,
  formatDays,
  formatInstant,
  formatLastDay,
  formatMonth,
  formatSpan,
  plural,
} from '../../src/domain/words.js';

describe('days and counts for people', () => {
  it.each([
    ['2026-11-01', '2026-11-22', '1–22 Nov 2026'],
    ['2026-10-26', '2026-11-24', '26 Oct – 24 Nov 2026'],
    ['2025-12-31', '2026-01-01', '31 Dec 2025 – 1 Jan 2026'],
    ['2026-11-20', '2026-11-20', '20 Nov 2026'],
  ])('writes %s to %s as %s', (since, until, shown) => {
    expect(formatSpan(since as Day, until as Day)).toBe(shown);
  });

  it('writes an instant by its UTC day and minute', () => {
    expect(formatDate(new Date('2026-10-01T00:00:00.000Z'))).toBe('1 Oct 2026');
    expect(formatInstant('2026-09-30T23:59:59.999Z')).toBe('30 Sep 2026 23:59 UTC');
    expect(formatMonth('2026-12')).toBe('Dec 2026');
    expect([formatLastDay('2026-12-05T00:00:00.000Z'), formatLastDay('2026-12-04T09:00:00.000Z')]).toEqual([
      '4 Dec 2026',
      '4 Dec 2026',
    ]);
  });

  it('writes days that follow one another as spans', () => {
    const days = ['2026-11-03', '2026-11-04', '2026-11-05', '2026-11-09'] as Day[];
    expect(formatDays(days)).toBe('3–5 Nov 2026, 9 Nov 2026');
  });

  it('knows one from many', () => {
    expect([0, 1, 2, 12345].map((count) => plural(count, 'row'))).toEqual(['0 rows', '1 row', '2 rows', '12,345 rows']);
    expect(plural(1, 'day was', 'days were')).toBe('1 day was');
    expect([-774540n, 1234.5678, '7745.4', '0.12345'].map(formatCount)).toEqual([
      '-774,540',
      '1,234.5678',
      '7,745.4',
      '0.12345',
    ]);
  });
});
