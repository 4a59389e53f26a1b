import { isOtherReport } from '../domain/bill-source.js';
import { statusOf } from '../domain/exit-code.js';
import { isComparable, type Comparable, type CostProvider } from '../domain/cost-provider.js';
import pLimit from 'p-limit';
import type { CollectionStore, DayState, Organization } from '../domain/collection.js';
import { dayState } from '../domain/coverage.js';
import { daysOf, spansOf, toDay, type Day, type DaySpan } from '../domain/day.js';
import { formatDecimal } from '../domain/decimal.js';
import { Sums } from '../domain/money.js';
import type { CostPage, ProviderCall } from '../domain/provider.js';
import {
  addsUp,
  type NotCompared,
  type OrganizationVerification,
  type StoredDay,
  type Verification,
} from '../domain/verification.js';
import { describeOrphans, type OrphanedRows } from '../domain/orphans.js';
import { describeMisfit, type SealCheck } from '../domain/seal.js';
import { asCostsError, CostsError, toErrorDocument } from '../errors.js';
import { collectWindow } from './collect.js';
import { readWith } from './bill.js';
import { compareFolder } from './verify-folder.js';
import { differences, isEqual, isSame, type Comparison, type VerifyDependencies } from './verify-days.js';
import { toWindows } from './plan.js';
import { noAnswer } from './work.js';
import { shell } from '../domain/shell.js';
import { formatCount, formatDate, plural } from '../domain/words.js';

const ORGANIZATIONS_AT_ONCE = 6;

type Named = Pick<Organization, 'provider' | 'organizationId' | 'teamId' | 'name'>;

/**
 * Compares each closed day that was read with the provider's own ungrouped total of it, and looks at a day that differs
 * again before it says anything. One organization's failure never stops another's.
 * @param spans of organizations whose days are others than those of all
 * @throws CostsError `interrupted` when the signal fires
 */
export async function verifySpan(
  organizations: readonly Organization[],
  span: DaySpan,
  dependencies: VerifyDependencies,
  spans?: ReadonlyMap<Organization, DaySpan>,
): Promise<Verification> {
  const limit = pLimit(ORGANIZATIONS_AT_ONCE);
  const verified = await Promise.all(
    organizations.map((each) => limit(() => verifyOrganization(each, spans?.get(each) ?? span, dependencies))),
  );
  refuseInterrupted(dependencies.signal);
  return toVerification(verified, span, null);
}

/** Nothing was written that a next one goes on from. */
function refuseInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new CostsError('interrupted', 'Interrupted.');
}

/** @param orphans null where the provider was asked */
function toVerification(
  verified: OrganizationVerification[],
  span: DaySpan,
  orphans: OrphanedRows[] | null,
): Verification {
  return {
    status: statusOf(verified),
    since: span.since,
    until: span.until,
    stored: orphans !== null,
    organizations: verified,
    orphans: orphans ?? [],
    findings: [
      ...verified.flatMap(({ provider, organizationId, name, findings }) =>
        findings.map((finding) => ({ provider, organizationId, organization: name, ...finding })),
      ),
      ...(orphans ?? [])
        .filter(({ isAdopted }) => !isAdopted)
        .map((each) => ({
          day: each.since,
          project: each.project,
          projectId: each.projectId,
          ...describeOrphans(each),
        })),
    ],
  };
}

async function verifyOrganization(
  organization: Organization,
  span: DaySpan,
  dependencies: VerifyDependencies,
): Promise<OrganizationVerification> {
  const result = emptyResult(organization);
  try {
    await compareDays(organization, span, dependencies, result);
    return result;
  } catch (error) {
    return { ...result, status: 'failed', error: toErrorDocument(asCostsError(error)) };
  }
}

function emptyResult({ provider, organizationId, name }: Named): OrganizationVerification {
  return {
    provider,
    organizationId,
    name,
    status: 'ok',
    days: 0,
    equal: 0,
    sealedAsFound: 0,
    rounding: [],
    restated: [],
    findings: [],
    notCompared: [],
  };
}

/** What files that were imported brought, or a key that was removed: nobody is left to be asked. */
export function notAsked(organization: Named, span: DaySpan): OrganizationVerification {
  const notCompared: NotCompared[] = [{ ...span, reason: 'no key or folder to ask' }];
  return { ...emptyResult(organization), comparedWith: 'nothing', notCompared };
}

async function compareDays(
  organization: Organization,
  span: DaySpan,
  dependencies: VerifyDependencies,
  result: OrganizationVerification,
): Promise<void> {
  const { store } = dependencies;
  const seals = await store.checkSeals(organization, span);
  const altered = reportSeals(seals, result);
  const stored = new Map((await store.storedDays(organization, span)).map((each) => [each.day, each]));
  result.notCompared = leftOut(span, stored, new Set(seals.adopted));
  const left = new Set(result.notCompared.flatMap(daysOf));
  const days = daysOf(span).filter((day) => !left.has(day) && !altered.has(day));
  if (days.length === 0) return;
  if (organization.source === 'path') await compareFolder({ organization, days, stored, dependencies }, result);
  else await compareTotals({ organization, days, stored, dependencies }, result);
  const wrong = new Set([...result.findings, ...result.restated].map(({ day }) => day));
  const unknown = new Set(result.notCompared.flatMap(daysOf));
  await store.closeMisfits(
    organization,
    days.filter((day) => !wrong.has(day) && !unknown.has(day)),
  );
}

/** With the provider's own totals. */
async function compareTotals(
  { organization, days, stored, dependencies }: Comparison,
  result: OrganizationVerification,
): Promise<void> {
  const provider = readWith(await dependencies.provider(organization.provider), organization);
  const call: ProviderCall = {
    key: await dependencies.adminKey(organization),
    organizationId: organization.organizationId,
    services: (await dependencies.store.termsOf(organization)).scope.only,
    signal: dependencies.signal,
    observe: () => undefined,
  };
  const { notReported, billReport, comparedWith = 'totals' } = provider.facts;
  if (billReport !== undefined && isOtherReport(organization.billSource)) result.billReport = billReport;
  if (notReported !== undefined) result.notReported = notReported;
  result.comparedWith = isComparable(provider) ? comparedWith : 'nothing';
  if (!isComparable(provider)) return;
  const reader: Reader = { organization, provider, call, dependencies };
  await compareCycle(provider, call, result);
  const gone: Day[] = [];
  for (const window of toWindows(days, provider.maxDaysPerRequest)) {
    const { totals, since } = await readTotals(reader, provider.fetchTotals(call, window), window);
    for (const day of daysOf(window)) {
      if (since !== undefined && day < since) {
        gone.push(day);
        continue;
      }
      const ours = stored.get(day);
      const theirs = totals.get(day);
      if (ours === undefined || theirs === undefined) throw noAnswer(provider, { since: day, until: day });
      result.days += 1;
      if (isEqual(ours, theirs)) {
        result.equal += 1;
        result.rounding.push(...differences(day, ours.totals, theirs));
      } else await lookAgain(reader, day, result);
    }
  }
  result.notCompared.push(...spansOf(gone).map((each) => ({ ...each, reason: 'not told any more' as const })));
}

/**
 * Checks what is stored against what was written, without asking anybody else.
 * @throws CostsError `interrupted` when the signal fires
 */
export async function verifyStored(
  organizations: readonly Named[],
  span: DaySpan,
  { store, signal }: Pick<VerifyDependencies, 'signal'> & { store: Pick<CollectionStore, 'checkSeals'> },
  orphans: OrphanedRows[],
): Promise<Verification> {
  const verified: OrganizationVerification[] = [];
  for (const organization of organizations) {
    refuseInterrupted(signal);
    const result = emptyResult(organization);
    const check = await store.checkSeals(organization, span);
    reportSeals(check, result);
    result.days = check.days;
    result.notCompared = spansOf(check.adopted).map((each) => ({ ...each, reason: 'adopted, not proven' as const }));
    result.equal = check.days - check.misfits.length;
    verified.push(result);
  }
  return toVerification(verified, span, orphans);
}

/** Turns what does not fit into findings. Returns the days that say nothing about the provider any more. */
function reportSeals({ misfits, stray, sealedAsFound }: SealCheck, result: OrganizationVerification): ReadonlySet<Day> {
  for (const misfit of misfits) {
    const { day } = misfit;
    const message = `${formatDate(day)} was changed outside costs: ${describeMisfit(misfit)}.`;
    result.findings.push({ day, message, hint: shell`costs backfill --since ${day} --until ${day} --force` });
  }
  for (const day of stray) {
    const message = `${formatDate(day)} has rows though it was never read: they were added outside costs.`;
    result.findings.push({ day, message, hint: shell`costs backfill --since ${day} --until ${day} --force` });
  }
  result.sealedAsFound = sealedAsFound.length;
  return new Set([...misfits.map(({ day }) => day), ...stray]);
}

interface Reader {
  organization: Organization;
  provider: Comparable;
  call: ProviderCall;
  dependencies: VerifyDependencies;
}

/** A total of a cycle does not follow from those of days: it proves that the report itself is all that is charged. */
async function compareCycle(
  provider: CostProvider,
  call: ProviderCall,
  result: OrganizationVerification,
): Promise<void> {
  const cycle = (await provider.cycleTotal?.(call)) ?? null;
  if (cycle === null) return;
  const { since, currency, rows, total } = cycle;
  const isEqual = addsUp(rows, total);
  result.cycle = { since, currency, rows: formatDecimal(rows), provider: formatDecimal(total) };
  if (isEqual) return;
  const { name } = provider.facts;
  const amounts = `${formatDecimal(rows)} ${currency}, but its own total is ${formatDecimal(total)} ${currency}`;
  const message = `${name}'s rows since ${formatDate(since)} add up to ${amounts}.`;
  result.findings.push({ day: since, message, hint: shell`costs verify --organization ${result.organizationId}` });
}

/** Days that say nothing about the provider's total, as what is stored of them is known to be old. */
function leftOut(span: DaySpan, stored: ReadonlyMap<Day, StoredDay>, adopted: ReadonlySet<Day>): NotCompared[] {
  const stateOf = (day: Day) => dayState(day, stored.get(day)?.readAt ?? null, adopted.has(day));
  const states = daysOf(span).map((day) => ({ day, state: stateOf(day) }));
  const those = (wanted: DayState, reason: NotCompared['reason']) =>
    spansOf(states.filter(({ state }) => state === wanted).map(({ day }) => day)).map((each) => ({ ...each, reason }));
  return [
    ...those('gap', 'never read'),
    ...those('adopted', 'adopted, not proven'),
    ...those('open', 'read before it ended'),
  ];
}

/** The days that were answered, with their sums; a day without spend has none. */
async function readTotals(
  { organization }: Reader,
  pages: AsyncIterable<CostPage>,
  window: DaySpan,
): Promise<{ totals: Map<Day, Sums>; since: Day | undefined }> {
  const { days, since, lines } = await collectWindow(pages, organization, window);
  const totals = new Map(days.map((day) => [day, new Sums()]));
  for (const line of lines) totals.get(toDay(line.bucketStart))?.add(line);
  return { totals, since };
}

/** Reads a day again, with and without groups, to tell what is wrong from what merely changed since. */
async function lookAgain(reader: Reader, day: Day, result: OrganizationVerification): Promise<void> {
  const { organization, provider, call, dependencies } = reader;
  const window = { since: day, until: day };
  const rows = (await readTotals(reader, provider.fetchCosts(call, window), window)).totals.get(day);
  const total = (await readTotals(reader, provider.fetchTotals(call, window), window)).totals.get(day);
  const [ours] = await dependencies.store.storedDays(organization, window);
  if (rows === undefined || total === undefined || ours === undefined) throw noAnswer(provider, window);

  const { name } = provider.facts;
  const again = shell`costs backfill --since ${day} --until ${day} --force`;
  if (!isSame(rows, total)) {
    const message = `${name}'s rows of ${formatDate(day)} add up to ${inWords(rows)}, but its total is ${inWords(total)}.`;
    result.findings.push({ day, message, hint: shell`costs verify --since ${day} --until ${day}` });
  } else if (ours.rowsStored !== ours.rowsWritten) {
    const message = `${formatDate(day)} has ${plural(ours.rowsStored, 'row')} where ${formatCount(ours.rowsWritten)} were written: they were changed outside costs.`;
    result.findings.push({ day, message, hint: again });
  } else if (isSame(ours.totals, total)) {
    result.equal += 1;
    result.rounding.push(...differences(day, ours.totals, total));
  } else result.restated.push(...differences(day, ours.totals, total));
}

function inWords(sums: Sums): string {
  return [...sums].map(({ currency, cost }) => `${formatDecimal(cost)} ${currency}`).join(' and ') || 'nothing';
}
