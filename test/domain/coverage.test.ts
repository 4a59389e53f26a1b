import { describe, expect, it } from 'vitest';
import { describeOrganization, findTrouble } from '../../src/commands/status/organization.js';
import type { CollectedDay } from '../../src/domain/collection.js';
import { coverageOf, dayState, isReadWhole } from '../../src/domain/coverage.js';
import { addDays, daysOf, endOfDay, parseDay } from '../../src/domain/day.js';
import type { RegisteredOrganization } from '../../src/domain/organization.js';

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
    const read = readAt === null ? null : new Date(readAt);
    expect(dayState(day, read)).toBe(state);
    expect(isReadWhole(day, read)).toBe(!['gap', 'open'].includes(state));
  });

  it('of a day that nobody read and that another program has bills of is adopted', () => {
    expect(dayState(day, null, true)).toBe('adopted');
  });
});

describe('coverageOf', () => {
  it('tells the state of each day from its own read, and a gap where there was none', () => {
    const collected = [
      { day: parseDay('2026-01-01'), readAt: new Date('2026-03-01T00:00:00Z') },
      { day: parseDay('2026-01-02'), readAt: new Date('2026-01-02T12:00:00Z') },
    ] as CollectedDay[];
    const days = ['2026-01-01', '2026-01-02', '2026-01-03'].map(parseDay);
    expect(days.map(coverageOf(collected))).toEqual(['settled', 'open', 'gap']);
  });
});

it('a day that was read half-way is told however long ago it was', () => {
  const [since, until] = [parseDay('2026-01-01'), parseDay('2026-03-31')];
  const half = parseDay('2026-01-10');
  const collected = daysOf({ since, until }).map((day) => ({
    day,
    readAt: day === half ? new Date('2026-01-10T09:00:00Z') : endOfDay(addDays(day, 1)),
  })) as CollectedDay[];
  const organization = {
    ...{ name: 'Prod', organizationId: 'org-1', provider: 'openai' },
    expiresAt: null,
    isActive: true,
  };
  const told = organization as unknown as RegisteredOrganization;
  const now = endOfDay(until);
  expect(findTrouble(describeOrganization(told, collected, now), told, now)).toMatchObject([
    { kind: 'half-read', message: '10 Jan 2026 was read only before the day ended.' },
  ]);
});
