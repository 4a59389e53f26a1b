import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/domain/day.js';
import { resolvePeriod } from '../../src/domain/period.js';
import { firstDayOf, lastDayOf, parseDuration, parseTime, pastMoment } from '../../src/domain/time.js';

// A leap year's Thursday, so that February, quarters and weeks all have something to say.
const TODAY = parseDay('2028-02-10');
const NOW = new Date('2028-02-10T15:30:00Z');

describe('a period', () => {
  it.each([
    ['2028-02-09', '2028-02-09', '2028-02-09', '2028-02-08', '2028-02-08'],
    ['2028-01', '2028-01-01', '2028-01-31', '2027-12-01', '2027-12-31'],
    ['2028-02', '2028-02-01', '2028-02-10', '2028-01-01', '2028-01-10'],
    ['2024-02', '2024-02-01', '2024-02-29', '2024-01-01', '2024-01-31'],
    ['2024-03', '2024-03-01', '2024-03-31', '2024-02-01', '2024-02-29'],
    ['2027-Q4', '2027-10-01', '2027-12-31', '2027-07-01', '2027-09-30'],
    ['2028-q1', '2028-01-01', '2028-02-10', '2027-10-01', '2027-11-10'],
    ['2027', '2027-01-01', '2027-12-31', '2026-01-01', '2026-12-31'],
    ['2028', '2028-01-01', '2028-02-10', '2027-01-01', '2027-02-10'],
    ['today', '2028-02-10', '2028-02-10', '2028-02-09', '2028-02-09'],
    ['Yesterday', '2028-02-09', '2028-02-09', '2028-02-08', '2028-02-08'],
    ['this-week', '2028-02-07', '2028-02-10', '2028-01-31', '2028-02-03'],
    ['last-week', '2028-01-31', '2028-02-06', '2028-01-24', '2028-01-30'],
    ['this-month', '2028-02-01', '2028-02-10', '2028-01-01', '2028-01-10'],
    ['mtd', '2028-02-01', '2028-02-10', '2028-01-01', '2028-01-10'],
    ['last-month', '2028-01-01', '2028-01-31', '2027-12-01', '2027-12-31'],
    ['qtd', '2028-01-01', '2028-02-10', '2027-10-01', '2027-11-10'],
    ['last-quarter', '2027-10-01', '2027-12-31', '2027-07-01', '2027-09-30'],
    ['ytd', '2028-01-01', '2028-02-10', '2027-01-01', '2027-02-10'],
    ['last-year', '2027-01-01', '2027-12-31', '2026-01-01', '2026-12-31'],
    ['last-7d', '2028-02-03', '2028-02-09', '2028-01-27', '2028-02-02'],
    ['7d', '2028-02-03', '2028-02-09', '2028-01-27', '2028-02-02'],
    ['last-2w', '2028-01-27', '2028-02-09', '2028-01-13', '2028-01-26'],
    ['2027-12..2028-01', '2027-12-01', '2028-01-31', '2027-09-30', '2027-11-30'],
    ['2028-01-30..yesterday', '2028-01-30', '2028-02-09', '2028-01-19', '2028-01-29'],
  ])('%s is %s to %s, after %s to %s', (period, since, until, before, end) => {
    expect(resolvePeriod({ period }, TODAY)).toEqual({ since, until, previous: { since: before, until: end } });
  });

  it('that a bound names gives its first and its last day, up to today', () => {
    expect(resolvePeriod({ since: '2027-Q4', until: 'last-month' }, TODAY)).toMatchObject({
      since: '2027-10-01',
      until: '2028-01-31',
    });
    expect(lastDayOf(parseTime('2028'), TODAY)).toBe(TODAY);
    expect(firstDayOf(parseTime('7d'), TODAY)).toBe('2028-02-03');
    expect(lastDayOf(parseTime('7d'), TODAY)).toBe('2028-02-03');
    expect(lastDayOf(parseTime('last-7d'), TODAY)).toBe('2028-02-09');
  });

  it.each([
    '2028-03',
    '2028-02-11',
    'tomorrow',
    '2028-Q2',
    '2028-02-01..2028-02-11',
    '0000',
    '2027-02-29',
    '0d',
    '36h',
    '',
  ])('%j is refused', (period) => {
    expect(() => resolvePeriod({ period }, TODAY)).toThrow(/in the future|not a time|not a day|is a moment/);
  });

  it('is named with the day that was given where all of it is to come', () => {
    expect(() => resolvePeriod({ until: '2028-03-05' }, TODAY)).toThrow('1–5 Mar 2028 is in the future.');
  });

  it('is told by example where it is none', () => {
    expect(() => parseTime('last-mont')).toThrow(
      expect.objectContaining({
        message: '"last-mont" is not a time that costs can read. Did you mean last-month?',
        hint: expect.stringContaining('2026-Q3') as string,
      }),
    );
  });
});

describe('a moment', () => {
  it.each([
    ['2028-02-09', '2028-02-09T00:00:00.000Z'],
    ['last-month', '2028-01-01T00:00:00.000Z'],
    ['today', '2028-02-10T00:00:00.000Z'],
    ['7d', '2028-02-03T15:30:00.000Z'],
    ['36h', '2028-02-09T03:30:00.000Z'],
    ['90m', '2028-02-10T14:00:00.000Z'],
    ['2028-02-09T10:00+02:00', '2028-02-09T08:00:00.000Z'],
  ])('%s is %s', (text, moment) => {
    expect(pastMoment(text, NOW).toISOString()).toBe(moment);
  });

  it.each(['2028-02-11', '2028-02-10T15:31:00Z', '2027-02-29T10:00Z', '10:00'])('%s is refused', (text) => {
    expect(() => pastMoment(text, NOW)).toThrow(/in the future|not a time|not a day/);
  });
});

describe('a length of time', () => {
  it.each([
    ['90', 90],
    ['90s', 90],
    ['10m', 600],
    ['2h', 7200],
    ['1d', 86_400],
    ['0', 0],
  ])('%s is %i seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['', 'm', '-1', '1.5h', '25d', '9999999', 'yesterday'])('%j is refused', (text) => {
    expect(() => parseDuration(text)).toThrow(/not a length of time/);
  });
});
