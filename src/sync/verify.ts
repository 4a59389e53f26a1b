import pLimit from 'p-limit';
import type { CollectionStore, DayState, Organization } from '../domain/collection.js';
import { dayState } from '../domain/coverage.js';
import { daysOf, spansOf, type Day, type DaySpan } from '../domain/day.js';
import { statusOf } from '../domain/exit-code.js';
import { describeOrphans, type OrphanedRows } from '../domain/orphans.js';
import { describeMisfit, type SealCheck } from '../domain/seal.js';
import { shell } from '../domain/shell.js';
import type { NotCompared, OrganizationVerification, StoredDay, Verification } from '../domain/verification.js';
import { formatDate } from '../domain/words.js';
import { asCostsError, CostsError, toErrorDocument } from '../errors.js';
import type { VerifyDependencies } from './verify-days.js';
import { compareFolder } from './verify-folder.js';
import { compareTotals } from './verify-totals.js';

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

/** What files that were imported brought, or a key that was removed or disabled: nobody is to be asked. */
export function notAsked(organization: Named & { hasKey: boolean }, span: DaySpan): OrganizationVerification {
  const reason = organization.hasKey ? 'its key is disabled' : 'no key or folder to ask';
  const notCompared: NotCompared[] = [{ ...span, reason }];
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
