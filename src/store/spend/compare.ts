import { daysOf, type Day, type DaySpan } from '../../domain/day.js';
import { add, formatDecimal, parseDecimal, ZERO, type Decimal } from '../../domain/decimal.js';
import { dayState } from '../../domain/coverage.js';
import { groupKey } from '../../domain/dimensions.js';
import type { ComparedRow, ReportComparison, ReportQuery } from '../../domain/report.js';
import type { Transaction } from '../transaction.js';
import { readDays } from './coverage.js';
import { sumSpendByDay, type DailySum } from './sums.js';

/** See `ReportStore.compare`. Days that either side lacks, organization by organization, are left out of both. */
export async function compareSpans(tx: Transaction, query: ReportQuery, previous: DaySpan): Promise<ReportComparison> {
  const before = { ...query, ...previous };
  const [rowsNow, rowsBefore] = [await sumSpendByDay(tx, query), await sumSpendByDay(tx, before)];
  const [readNow, readBefore] = [await readDays(tx, query, query), await readDays(tx, query, previous)];
  const pairs = pairDays(query, previous);
  const isRead = (organizations: typeof readNow): IsRead => {
    const byId = new Map(organizations.map((each) => [each.organizationId, each.readAt]));
    // Rows without an organization are of the old system, which knows no days read.
    return (organizationId, day) => organizationId == null || isWhole(day, byId.get(organizationId)?.get(day));
  };
  const counts = { now: isRead(readNow), before: isRead(readBefore) };
  const groups = new Map<string, Building>();
  for (const row of rowsNow) take(groups, row, 'now', pairs.later, counts);
  for (const row of rowsBefore) take(groups, row, 'before', pairs.earlier, counts);
  return { previous, rows: new Map([...groups].map(([key, group]) => [key, finish(group, query, counts.now)])) };
}

interface Building {
  organizations: Set<string | null>;
  current: Decimal;
  previous: Decimal;
  partial: boolean;
  byDay: Map<Day, Decimal>;
}

type IsRead = (organizationId: string | null | undefined, day: Day) => boolean;

/** Read after it had ended: what was read of a day that went on is less than the day cost. */
function isWhole(day: Day, readAt: Date | undefined): boolean {
  const state = dayState(day, readAt ?? null);
  return state === 'provisional' || state === 'settled';
}

/** The day of the other span that each day stands against. */
function pairDays(current: DaySpan, previous: DaySpan): { later: Map<Day, Day>; earlier: Map<Day, Day> } {
  const before = daysOf(previous);
  const pairs = daysOf(current).flatMap((day, index): [Day, Day][] =>
    before[index] === undefined ? [] : [[day, before[index]]],
  );
  return { later: new Map(pairs), earlier: new Map(pairs.map(([day, other]) => [other, day])) };
}

function take(
  groups: Map<string, Building>,
  row: DailySum,
  side: 'now' | 'before',
  counterpart: ReadonlyMap<Day, Day>,
  isRead: { now: IsRead; before: IsRead },
): void {
  const day = row.ofDay;
  const key = groupKey(row);
  const group = groups.get(key) ?? {
    organizations: new Set(),
    current: ZERO,
    previous: ZERO,
    partial: false,
    byDay: new Map<Day, Decimal>(),
  };
  groups.set(key, group);
  const cost = parseDecimal(row.cost);
  group.organizations.add(row.ofOrganization);
  if (side === 'now') group.byDay.set(day, add(group.byDay.get(day) ?? ZERO, cost));
  const other = counterpart.get(day);
  const [own, opposite] = side === 'now' ? [isRead.now, isRead.before] : [isRead.before, isRead.now];
  const both = other !== undefined && own(row.ofOrganization, day) && opposite(row.ofOrganization, other);
  if (!both) group.partial = true;
  else if (side === 'now') group.current = add(group.current, cost);
  else group.previous = add(group.previous, cost);
}

function finish(
  { organizations, current, previous, partial, byDay }: Building,
  span: DaySpan,
  isRead: IsRead,
): ComparedRow {
  const trend = daysOf(span).map((day) => {
    const cost = byDay.get(day);
    if (cost !== undefined) return Number(formatDecimal(cost)); // a bar's height, for the eye only
    return [...organizations].some((organizationId) => isRead(organizationId, day)) ? 0 : null;
  });
  return { current: formatDecimal(current), previous: formatDecimal(previous), partial, trend };
}
