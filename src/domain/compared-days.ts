import { isReadWhole } from './coverage.js';
import {
  addDays,
  daysBetween,
  daysOf,
  endOfMonthOf,
  lengthOf,
  spansOf,
  startOfMonthOf,
  type Day,
  type DaySpan,
} from './day.js';
import { compare, sum, type Decimal } from './decimal.js';
import type { ComparedDay, Side, UnreadDays, UsualDay } from './explanation.js';
import { organizationRef } from './organization.js';
import type { OrganizationDays } from './report.js';
import { CostsError } from '../errors.js';
import { formatDate } from './words.js';

/** What a day cost over a selection, in one organization and currency. */
export interface DayTotal {
  day: Day;
  /** See `organizationRef`. */
  organization: string;
  currency: string;
  cost: Decimal;
}

export interface ComparedDays {
  days: ComparedDay[];
  unread: UnreadDays[];
}

/** How many of the same weekday tell what is usual, and how few do not. */
const USUAL_DAYS = 8;
const LEAST_USUAL_DAYS = 4;
/** Further back nothing is usual any more. */
const USUAL_WEEKS = 16;
export const USUAL_HISTORY_DAYS = 7 * USUAL_WEEKS;

/** A period, and what it stands against. */
interface SpanPair {
  current: DaySpan;
  previous: DaySpan;
}

/** The old system knows no organizations and no days read: its rows count on every day. */
const OLD_SYSTEM = organizationRef({});

/**
 * Pairs the days of two periods by their place in them. A day that was not read on one side leaves both; so does a day without
 * a counterpart, unless both are whole months and wholly read: October then stands against all of September.
 * @returns with the spans as they were compared
 */
export function pairDays(
  organizations: readonly OrganizationDays[],
  now: DaySpan,
  before: DaySpan,
): ComparedDays & SpanPair {
  const { current, previous } = sameLength(now, before);
  const [nowDays, beforeDays] = [daysOf(current), daysOf(previous)];
  const length = Math.max(nowDays.length, beforeDays.length);
  const pairs = Array.from({ length }, (_, index) => [
    ...placed('now', nowDays[index]),
    ...placed('before', beforeDays[index]),
  ]);
  const days = pairs.flat().map((each) => ({ organization: OLD_SYSTEM, ...each, currency: null }));
  const unread: UnreadDays[] = [];
  for (const organization of organizations) {
    const ref = organizationRef(organization);
    const missing: Placed[] = [];
    const isComplete = pairs.flat().every(({ day }) => isRead(organization, day));
    for (const pair of pairs) {
      const notRead = pair.filter(({ day }) => !isRead(organization, day));
      if (pair.length === 1 && !isComplete && notRead.length === 0) missing.push(...pair);
      else if (notRead.length === 0) days.push(...pair.map((each) => ({ organization: ref, ...each, currency: null })));
      else if (notRead.length < pair.length) missing.push(...notRead);
      else missing.push(...notRead.filter(({ day }) => isMissing(organization, day)));
    }
    unread.push(...unreadOf(organization, missing));
  }
  return { days, unread, current, previous };
}

interface Placed {
  side: Side;
  day: Day;
}

function placed(side: Side, day: Day | undefined): Placed[] {
  return day === undefined ? [] : [{ side, day }];
}

/** Whole months stand against one another; of other spans a day that the shorter one lacks has none to stand against. */
export function sameLength(current: DaySpan, previous: DaySpan): SpanPair {
  if (isWholeMonths(current) && isWholeMonths(previous)) return { current, previous };
  const days = Math.min(lengthOf(current), lengthOf(previous));
  const cut = ({ since }: DaySpan): DaySpan => ({ since, until: addDays(since, days - 1) });
  return { current: cut(current), previous: cut(previous) };
}

function isWholeMonths({ since, until }: DaySpan): boolean {
  return since === startOfMonthOf(since) && until === endOfMonthOf(until);
}

/**
 * Whether a day that was not read is a gap. Of an organization without an active key nobody reads on: only what lies between
 * days that were read is missing. Of one whose files are imported the month after its last day is, too, as they come with a
 * month's delay; behind it, as far as anybody can tell, it has ended.
 */
export function isMissing(
  { isActive, isOfFiles, reach }: Pick<OrganizationDays, 'isActive' | 'isOfFiles' | 'reach'>,
  day: Day,
): boolean {
  if (isActive || reach === null) return isActive;
  const until = isOfFiles ? endOfMonthOf(addDays(endOfMonthOf(reach.until), 1)) : addDays(reach.until, -1);
  return reach.since < day && day <= until;
}

export function isRead({ readAt }: OrganizationDays, day: Day): boolean {
  return isReadWhole(day, readAt.get(day) ?? null);
}

function unreadOf({ organization, organizationId }: OrganizationDays, missing: readonly Placed[]): UnreadDays[] {
  return (['now', 'before'] as const).flatMap((side) =>
    spansOf(missing.filter((each) => each.side === side).map(({ day }) => day)).map((span) => ({
      ...{ organization, organizationId, side },
      ...span,
    })),
  );
}

/**
 * Sets each day of a span against what is usual: of the last eight of its weekday before the span that were read, the real day
 * with the lower-median total of all that is looked at, a currency each.
 * @param totals of the span and of `USUAL_HISTORY_DAYS` before it
 * @throws CostsError `usage` where fewer than four days tell
 */
export function usualDays(
  organizations: readonly OrganizationDays[],
  span: DaySpan,
  totals: readonly DayTotal[],
): ComparedDays & { usual: UsualDay[] } {
  const found: ComparedDays & { usual: UsualDay[] } = { days: [], unread: [], usual: [] };
  const missing = new Map<OrganizationDays, Placed[]>(organizations.map((each) => [each, []]));
  const currencies = [...new Set(totals.map(({ currency }) => currency))].sort();
  for (const day of daysOf(span)) {
    const past = weekdaysBefore(day, span.since);
    const readNow = organizations.filter((each) => isRead(each, day));
    const known = readNow.filter((each) => past.filter((other) => isRead(each, other)).length >= LEAST_USUAL_DAYS);
    for (const each of organizations)
      if (!readNow.includes(each) && isMissing(each, day)) missing.get(each)?.push({ side: 'now', day });
    for (const each of readNow.filter((organization) => !known.includes(organization)))
      missing.get(each)?.push(...past.slice(0, 1).map((other) => ({ side: 'before' as const, day: other })));
    if (organizations.length > 0 && readNow.length === 0) continue;
    const candidates = past.filter((other) => known.every((each) => isRead(each, other))).slice(0, USUAL_DAYS);
    if (candidates.length < LEAST_USUAL_DAYS || (known.length === 0 && organizations.length > 0)) throw tooFew(day);
    const counted = [OLD_SYSTEM, ...known.map(organizationRef)];
    for (const currency of currencies) {
      const against = medianDay(candidates, currency, new Set(counted), totals);
      found.usual.push({ day, currency, against });
      for (const organization of counted)
        found.days.push(
          { side: 'now', organization, day, currency },
          { side: 'before', organization, day: against, currency },
        );
    }
  }
  found.unread = [...missing].flatMap(([organization, days]) => unreadOf(organization, days));
  return found;
}

/** The latest first. */
function weekdaysBefore(day: Day, since: Day): Day[] {
  const weeks = Math.floor(daysBetween(since, day) / 7) + 1;
  return Array.from({ length: USUAL_WEEKS }, (_, index) => addDays(day, -7 * (weeks + index)));
}

/** Of days that cost the same, the latest. */
function medianDay(
  days: readonly Day[],
  currency: string,
  counted: ReadonlySet<string>,
  totals: readonly DayTotal[],
): Day {
  const costOf = new Map(
    days.map((day) => {
      const own = totals.filter(
        (each) => each.day === day && each.currency === currency && counted.has(each.organization),
      );
      return [day, sum(own.map(({ cost }) => cost))] as const;
    }),
  );
  const costs = [...costOf.values()].sort(compare);
  const middle = costs[Math.floor((costs.length - 1) / 2)];
  return days.find((day) => costOf.get(day) === middle) as Day;
}

function tooFew(day: Day): CostsError {
  return new CostsError(
    'usage',
    `Fewer than ${LEAST_USUAL_DAYS} days of that weekday were read before ${formatDate(day)}: nothing tells what is usual.`,
    {
      hint: 'Compare it with a period: costs explain mtd --against last-month',
    },
  );
}
