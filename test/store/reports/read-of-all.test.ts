import { expect, it } from 'vitest';
import { parseDay, type Day } from '../../../src/domain/day.js';
import type { OrganizationDays } from '../../../src/domain/report.js';
import { readOfAll } from '../../../src/store/spend/coverage.js';

const SPAN = { since: parseDay('2026-11-01'), until: parseDay('2026-11-03') };

function organization(read: readonly string[], change: Partial<OrganizationDays> = {}): OrganizationDays {
  const readAt = new Map(read.map((day): [Day, Date] => [parseDay(day), new Date('2026-11-20T00:00:00Z')]));
  const names = { provider: 'openai', organizationId: 'org-1', organization: 'Prod' };
  return {
    ...names,
    isActive: true,
    isOfFiles: false,
    reach: null,
    readAt,
    adopted: new Set(),
    reportsDue: new Set(),
    ...change,
  };
}

it.each<[string, OrganizationDays[], string[]]>([
  ['that somebody read', [organization(['2026-11-01', '2026-11-03'])], ['2026-11-01', '2026-11-03']],
  ['where there is somebody', [], []],
  [
    'that all of them read',
    [organization(['2026-11-01', '2026-11-02']), organization(['2026-11-02', '2026-11-03'])],
    ['2026-11-02'],
  ],
  [
    'for which nobody waits where an organization has no key',
    [organization(['2026-11-01', '2026-11-02']), organization([], { isActive: false })],
    ['2026-11-01', '2026-11-02'],
  ],
  [
    'that no other adopted, as nobody knows what it cost there',
    [
      organization(['2026-11-01', '2026-11-02']),
      organization([], { isActive: false, adopted: new Set([parseDay('2026-11-02')]) }),
    ],
    ['2026-11-01'],
  ],
])('a day of a span cost nothing without a row: %s', (_, organizations, days) => {
  expect(readOfAll(organizations, SPAN, parseDay('2026-11-23'))).toEqual(days);
});

it('has days up to today', () => {
  const all = [organization(['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04'])];
  const until = (today: string) => readOfAll(all, SPAN, parseDay(today)).at(-1);
  expect([until('2026-11-02'), until('2026-11-03'), until('2026-11-04')]).toEqual([
    '2026-11-02',
    '2026-11-03',
    '2026-11-03',
  ]);
});
