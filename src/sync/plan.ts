import { isOtherReport } from '../domain/bill-source.js';
import { SETTLED_AFTER_DAYS, type CollectedDay, type Organization } from '../domain/collection.js';
import { coverageOf, isReadWhole } from '../domain/coverage.js';
import { groupInto } from '../domain/group-into.js';
import type { KeyedReport } from '../domain/keyed-report.js';
import type { Basis } from '../domain/results.js';
import { FIRST_DAY } from '../domain/period.js';
import {
  addDays,
  daysBetween,
  daysOf,
  spansOf,
  startOfMonthOf,
  spanOf,
  type Day,
  type DaySpan,
} from '../domain/day.js';
import { daysAPiece } from './pieces.js';

/** Days of which the same reports are due. */
export type ReportsSpan = DaySpan & { sources: readonly KeyedReport['source'][] };

/** What one organization's run will ask for. */
export interface OrganizationPlan {
  organization: Organization;
  /** Each is answered and written as a whole. Ascending, without overlap. */
  windows: DaySpan[];
  /** Days whose bills were read without reports beside them that are still to be read. */
  reports: ReportsSpan[];
  /** About so many requests it will take, as far as it is known how much a day holds. */
  requests: number;
  /** When the runs began that a limit of requests ended: what they read is not asked for again. */
  resumedSince?: Date;
  /** The first day that the provider still tells, where earlier ones were wanted. */
  reachesBackTo?: Day;
}

export interface SyncPlan {
  command: 'sync' | 'backfill';
  basis: Basis;
  /** From the first day any organization reads through the last; the asked range where there is nothing to read. */
  span: DaySpan;
  organizations: OrganizationPlan[];
  /** Of folders of files, the billing periods that are wanted: a sync takes whatever is new there, however old. */
  deliveries: DaySpan;
}

export interface PlanInput {
  organizations: readonly Organization[];
  /** Days read so far, by `keyId`. */
  collected: ReadonlyMap<string, readonly CollectedDay[]>;
  today: Day;
  /** Longest window, by `keyId`. */
  maxDays: (organization: Organization) => number;
  /** Requests that one window takes. */
  requestsAWindow: (organization: Organization) => number;
  /** The first day that the provider still tells of an organization; null where it tells all. */
  firstDay?: (organization: Organization) => Day | null;
  /** What is read; the bills, unless said. */
  basis?: Basis;
  /** Where a limit of requests ended the runs before, when they began, by `keyId`: what they read is not asked for again. */
  resumedSince?: ReadonlyMap<string, Date>;
  /** The first day that a sync set out to read which may not have finished, by `keyId`. */
  setOutFrom?: ReadonlyMap<string, Day>;
}

/**
 * Every day that is not settled, from an organization's first collected day through today, so that a pause of any
 * length heals itself. An organization never collected starts on the 1st of last month; the newest days are read first, so
 * that where its first sync was cut short the first collected day is later than that.
 * @param floor reads no further back than this day.
 */
export function planSync(input: PlanInput, floor: Day | null = null): SyncPlan {
  const { today } = input;
  const asked = { since: floor ?? today, until: today };
  return plan('sync', input, asked, { since: floor ?? FIRST_DAY, until: today }, (collected, keyId) => {
    const collectedFrom = collected[0]?.day ?? startOfMonthOf(today, 1);
    const setOutFrom = input.setOutFrom?.get(keyId) ?? collectedFrom;
    const first = setOutFrom < collectedFrom ? setOutFrom : collectedFrom;
    const since = floor !== null && floor > first ? floor : first;
    const stateOf = coverageOf(collected);
    const settled = addDays(today, -SETTLED_AFTER_DAYS);
    // What was adopted and cannot change any more is left to a backfill.
    return daysNotSettled({ since, until: today }, collected).filter(
      (day) => day > settled || stateOf(day) !== 'adopted',
    );
  });
}

/** The days of an explicit range that are not settled, or all of them when forced. */
export function planBackfill(input: PlanInput, span: DaySpan, force: boolean): SyncPlan {
  return plan('backfill', input, span, span, (collected) => (force ? daysOf(span) : daysNotSettled(span, collected)));
}

function plan(
  command: SyncPlan['command'],
  { organizations, collected, maxDays, requestsAWindow, firstDay, basis = 'billed', resumedSince }: PlanInput,
  asked: DaySpan,
  deliveries: DaySpan,
  choose: (collected: readonly CollectedDay[], keyId: string) => Day[],
): SyncPlan {
  const plans = organizations.map((organization) => {
    const known = collected.get(organization.keyId) ?? [];
    const resumed = resumedSince?.get(organization.keyId);
    const done = readSince(known, resumed);
    const wanted = choose(known, organization.keyId).filter((day) => !done.has(day));
    const first = firstDay?.(organization) ?? null;
    const due = wanted.filter((day) => first === null || day >= first);
    const windows = toOwnWindows(organization, basis, due, maxDays(organization));
    const piece = daysAPiece(known.reduce((most, { rows }) => Math.max(most, rows), 0));
    const pieces = windows.reduce((sum, window) => sum + Math.ceil(daysOf(window).length / piece), 0);
    const reports = reportsDue(known, new Set(due), maxDays(organization));
    const outOfReach = first === null || due.length === wanted.length ? {} : { reachesBackTo: first };
    const resuming = resumed === undefined ? {} : { resumedSince: resumed };
    const requests =
      pieces * requestsAWindow(organization) + reports.reduce((sum, { sources }) => sum + sources.length, 0);
    return { organization, windows, reports, requests, ...resuming, ...outOfReach };
  });
  const windows = plans.flatMap((each) => each.windows);
  const since = windows.reduce((least, window) => (window.since < least ? window.since : least), asked.since);
  return { command, basis, span: { since, until: asked.until }, organizations: plans, deliveries };
}

/** Of days whose bills are not read now, which brings the reports as well. */
function reportsDue(known: readonly CollectedDay[], due: ReadonlySet<Day>, maxDays: number): ReportsSpan[] {
  const left = known.filter(({ day, reportsDue = [] }) => reportsDue.length > 0 && !due.has(day));
  return groupInto(left, ({ reportsDue = [] }) => [...reportsDue]).flatMap((days) =>
    toWindows(
      days.map(({ day }) => day),
      maxDays,
    ).map((span) => ({ ...span, sources: days[0].reportsDue ?? [] })),
  );
}

/** Of usage, none where the key reads none. */
function toOwnWindows(
  { source, billSource }: Organization,
  basis: Basis,
  due: readonly Day[],
  maxDays: number,
): DaySpan[] {
  const span = spanOf(due);
  // A folder is looked through at once, and knows no usage.
  if (source === 'path') return basis === 'usage' || span === null ? [] : [span];
  return basis === 'usage' && isOtherReport(billSource) ? [] : toWindows(due, maxDays);
}

/** Days that were read whole since an instant; none without one. */
function readSince(collected: readonly CollectedDay[], since: Date | undefined): ReadonlySet<Day> {
  const isDone = ({ day, readAt }: CollectedDay) =>
    since !== undefined && readAt !== null && readAt >= since && isReadWhole(day, readAt);
  return new Set(collected.filter(isDone).map(({ day }) => day));
}

function daysNotSettled(span: DaySpan, collected: readonly CollectedDay[]): Day[] {
  const stateOf = coverageOf(collected);
  return daysOf(span).filter((day) => stateOf(day) !== 'settled');
}

/** Joins ascending days to windows: no gap inside one, none longer than `maxDays`, neighbours of about equal length. */
export function toWindows(days: readonly Day[], maxDays: number): DaySpan[] {
  const windows: DaySpan[] = [];
  for (const { since, until } of spansOf(days)) {
    const length = daysBetween(since, until) + 1;
    const count = Math.ceil(length / maxDays);
    for (let index = 0; index < count; index += 1) {
      const from = Math.floor((length * index) / count);
      const to = Math.floor((length * (index + 1)) / count) - 1;
      windows.push({ since: addDays(since, from), until: addDays(since, to) });
    }
  }
  return windows;
}
