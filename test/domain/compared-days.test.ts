import { expect, it } from 'vitest';
import { isMissing, pairDays, usualDays } from '../../src/domain/compared-days.js';
import { addDays, daysOf, endOfDay, parseDay, type Day } from '../../src/domain/day.js';
import type { OrganizationDays } from '../../src/domain/report.js';

const [FIRST, LAST] = [parseDay('2026-08-01'), parseDay('2026-11-20')];
const GAP = parseDay('2026-11-16');

function organization(id: string, more: Partial<OrganizationDays>, isRead: (day: Day) => boolean): OrganizationDays {
  const days = daysOf({ since: FIRST, until: LAST }).filter(isRead);
  return {
    ...{
      provider: 'openai',
      organization: id,
      organizationId: id,
      isActive: true,
      isOfFiles: false,
      reach: { since: FIRST, until: LAST },
    },
    readAt: new Map(days.map((day) => [day, endOfDay(addDays(day, 2))])),
    ...{ adopted: new Set<Day>(), reportsDue: new Set<Day>() },
    ...more,
  };
}

it('of an organization without a key, a day between others is missing, and none before or behind them', () => {
  const ended = organization('org-1', { isActive: false }, (day) => day !== GAP);
  const missing = [addDays(FIRST, -1), FIRST, GAP, LAST, addDays(LAST, 1)].filter((day) => isMissing(ended, day));
  expect(missing).toEqual([GAP]);
  expect(isMissing({ isActive: true, isOfFiles: false, reach: null }, LAST)).toBe(true);
  expect(isMissing({ isActive: false, isOfFiles: true, reach: null }, LAST)).toBe(false);
});

it('of imported files the rest of their last month and the one after it are missing, and nothing behind them', () => {
  const files = organization('payer', { isActive: false, isOfFiles: true }, (day) => day !== GAP);
  const days = daysOf({ since: addDays(FIRST, -1), until: parseDay('2027-01-15') });
  expect(days.filter((day) => isMissing(files, day) && !(FIRST < day && day <= LAST))).toEqual(
    daysOf({ since: addDays(LAST, 1), until: parseDay('2026-12-31') }),
  );
  expect(isMissing(files, GAP)).toBe(true);
});

it('what is explained names the day that files lack, as that of an organization with a key', () => {
  const all = organization('org-1', {}, () => true);
  const files = organization('payer', { isActive: false, isOfFiles: true }, (day) => day !== GAP);
  const { unread } = usualDays([all, files], { since: GAP, until: GAP }, []);
  expect(unread).toMatchObject([{ organizationId: 'payer', side: 'now', since: GAP, until: GAP }]);
});

it('of two months that were not both read whole, the day that only the longer one has is named, too', () => {
  const missing = parseDay('2026-09-15');
  const read = organization('org-1', {}, (day) => day !== missing);
  const [october, september] = [
    { since: parseDay('2026-10-01'), until: parseDay('2026-10-31') },
    { since: parseDay('2026-09-01'), until: parseDay('2026-09-30') },
  ];
  const last = october.until;
  expect(pairDays([read], october, september).unread).toMatchObject([
    { side: 'now', since: last, until: last },
    { side: 'before', since: missing, until: missing },
  ]);
  expect(pairDays([organization('org-1', {}, () => true)], october, september).unread).toEqual([]);
});
