import type { CollectedDay, UnfinishedSync } from '../../domain/collection.js';
import { coverageOf, readAhead } from '../../domain/coverage.js';
import { addDays, daysOf, lengthOf, spansOf, toDay, type DaySpan } from '../../domain/day.js';
import { WARN_DAYS } from '../../domain/key-view.js';
import { organizationRef, type RegisteredOrganization } from '../../domain/organization.js';
import { billReportOf } from '../../providers/registry.js';
import { shell } from '../../domain/shell.js';
import { describeAhead, type OrganizationStatus, type Trouble, type TroubleKind } from '../../domain/status.js';
import { formatDate, formatSpan, plural } from '../../domain/words.js';

const RECENT_DAYS = 23;
/** More are counted. */
const SPANS_NAMED = 4;

/**
 * Where an organization stands, from the days that were read of it.
 * @param unfinished syncs that set out to read earlier days and may not have come to them
 */
export function describeOrganization(
  organization: RegisteredOrganization,
  collected: readonly CollectedDay[],
  now: Date,
  unfinished: readonly UnfinishedSync[] = [],
): OrganizationStatus {
  const today = toDay(now);
  const stateOf = coverageOf(collected);
  const first = collected[0]?.day ?? null;
  const setOutFrom = unfinished.find((each) => organizationRef(each) === organizationRef(organization))?.since;
  const since = first !== null && setOutFrom !== undefined && setOutFrom < first ? setOutFrom : first;
  const all = since === null ? [] : daysOf({ since, until: today });
  const days = { gap: 0, adopted: 0, open: 0, provisional: 0, settled: 0 };
  for (const day of all) days[stateOf(day)] += 1;
  const unsettled = all.find((day) => stateOf(day) !== 'settled');
  const ahead = readAhead(collected);
  const newest = collected.reduce<Date | null>(
    (latest, { readAt }) => (readAt !== null && (latest === null || readAt > latest) ? readAt : latest),
    null,
  );
  return {
    provider: organization.provider,
    organizationId: organization.organizationId,
    name: organization.name,
    active: organization.isActive,
    billReport: billReportOf(organization),
    hasKey: organization.hasKey,
    billSource: organization.billSource,
    lastReadAt: newest?.toISOString() ?? null,
    firstDay: first,
    lastDay: collected.at(-1)?.day ?? null,
    settledTo: unsettled === undefined || unsettled === since ? null : addDays(unsettled, -1),
    days,
    adopted: spansOf(all.filter((day) => stateOf(day) === 'adopted')),
    gaps: spansOf(all.filter((day) => stateOf(day) === 'gap' && day < today && !ahead.includes(day))),
    halfRead: spansOf(all.filter((day) => stateOf(day) === 'open' && day < today)),
    readAhead: spansOf(ahead),
    reportsDue: spansOf(collected.filter(({ reportsDue = [] }) => reportsDue.length > 0).map(({ day }) => day)),
    recent: daysOf({ since: addDays(today, 1 - RECENT_DAYS), until: today }).map((day) => ({
      day,
      state: stateOf(day),
    })),
    keyExpiresAt: organization.expiresAt?.toISOString() ?? null,
    keyDaysLeft:
      organization.expiresAt === null
        ? null
        : Math.floor((organization.expiresAt.getTime() - now.getTime()) / 86_400_000),
  };
}

/** What a check ends with 1 for: of organizations that are collected, and of files that were imported. */
export function findTrouble(
  status: OrganizationStatus,
  { billSource }: Pick<RegisteredOrganization, 'billSource'>,
  now: Date,
): Trouble[] {
  const { name, organizationId, active, lastDay, gaps, halfRead, readAhead, reportsDue, keyDaysLeft } = status;
  if (!active) return billSource === 'files' ? findUnimported(status) : [];
  const today = toDay(now);
  const finding = (kind: TroubleKind, message: string, hint: string) => ({ organization: name, kind, message, hint });
  const sync = shell`costs sync --organization ${organizationId}`;
  const rotate = shell`costs keys rotate ${organizationId}`;
  if (lastDay === null) return [finding('never-read', 'It was never read.', sync)];
  const expired =
    keyDaysLeft !== null && keyDaysLeft < 0 ? [finding('key-expired', 'Its key has expired.', rotate)] : [];
  const expires = keyDaysLeft !== null && keyDaysLeft >= 0 && keyDaysLeft <= WARN_DAYS;
  return [
    ...expired,
    ...(expires ? [finding('key-expires', `Its key expires in ${plural(keyDaysLeft, 'day')}.`, rotate)] : []),
    ...(gaps.length > 0
      ? [finding('gap', `${plural(countDays(gaps), 'day was', 'days were')} never read.`, sync)]
      : []),
    ...(readAhead.length > 0 ? [finding('read-ahead', describeAhead(countDays(readAhead)), sync)] : []),
    ...(halfRead.length > 0
      ? [
          finding(
            'half-read',
            `${nameDays(halfRead)} ${countDays(halfRead) === 1 ? 'was' : 'were'} read only before the day ended.`,
            sync,
          ),
        ]
      : []),
    ...(reportsDue.length > 0
      ? [
          finding(
            'reports-due',
            `What API keys or products spent was not read of ${plural(countDays(reportsDue), 'day')}; their bills were.`,
            sync,
          ),
        ]
      : []),
    ...(lastDay < addDays(today, -1) ? [finding('stale', `Nothing was read after ${formatDate(lastDay)}.`, sync)] : []),
  ];
}

function nameDays(spans: readonly DaySpan[]): string {
  if (spans.length > SPANS_NAMED) return plural(countDays(spans), 'day');
  return spans.map(({ since, until }) => formatSpan(since, until)).join(', ');
}

function countDays(spans: readonly DaySpan[]): number {
  return spans.reduce((sum, span) => sum + lengthOf(span), 0);
}

/** Files were delivered of days on both sides of these, and nobody brings what is missing but who imports it. */
function findUnimported({ name, gaps, lastDay }: OrganizationStatus): Trouble[] {
  const within = gaps.filter(({ until }) => lastDay !== null && until < lastDay);
  if (within.length === 0) return [];
  const message = `No files were imported of ${plural(countDays(within), 'day')} between others.`;
  return [{ organization: name, kind: 'gap', message, hint: 'costs import focus --help' }];
}
