import type { Organization } from '../domain/collection.js';
import { addDays, toDay, type Day, type DaySpan } from '../domain/day.js';
import { organizationRef } from '../domain/organization.js';
import { FIRST_DAY, lastDays, resolvePeriod } from '../domain/period.js';
import type { Verification } from '../domain/verification.js';
import { CostsError } from '../errors.js';
import type { VerifyDependencies } from '../sync/verify-days.js';
import { notAsked, verifySpan, verifyStored } from '../sync/verify.js';
import { readFolder } from './folder.js';
import { registeredOrganizations, selectOrganizations } from './organizations.js';
import type { Workplace } from './workplace.js';
import { formatDate } from '../domain/words.js';
import type { VerifyRequest } from './requests.js';

/** Days that are compared when nothing is said. */
export const VERIFIED_DAYS = 30;

/** Stored sums against the providers' own totals, and rows against their seals. @throws CostsError `usage` */
export async function verify(work: Workplace, request: VerifyRequest): Promise<Verification> {
  const today = toDay(await work.clock());
  if (request.stored === true) return runStored(work, request, today);
  const span = closedDays(resolvePeriod(request, today, lastDays(VERIFIED_DAYS)), today);
  if (span === null) {
    throw new CostsError('usage', `${formatDate(today)} has not ended yet, so there is no total to compare with.`, {
      hint: 'Give days that ended.',
    });
  }
  const asked = await selectOrganizations(work, request);
  const verified = await verifyOrganizations(work, asked, span);
  const known = new Set(asked.map(organizationRef));
  const unasked = (await registeredOrganizations(work, request)).filter((each) => !known.has(organizationRef(each)));
  return { ...verified, organizations: [...verified.organizations, ...unasked.map((each) => notAsked(each, span))] };
}

async function runStored(work: Workplace, request: VerifyRequest, today: Day): Promise<Verification> {
  const { since, until } = resolvePeriod(request, today, { first: () => FIRST_DAY, last: () => today });
  const organizations = await registeredOrganizations(work, request);
  const [{ collection }, team] = await Promise.all([work.store(), work.team()]);
  const isAll = request.provider === undefined && request.organization === undefined;
  const orphans = isAll ? await collection.orphanedRows(team.id) : [];
  return verifyStored(organizations, { since, until }, { store: collection, signal: work.signal }, orphans);
}

/** A day has no total before it ended. Null when no day is left. */
export function closedDays({ since, until }: DaySpan, today: Day): DaySpan | null {
  const last = until < today ? until : addDays(today, -1);
  return since > last ? null : { since, until: last };
}

/** @param spans of organizations whose days are others than those of all */
export async function verifyOrganizations(
  work: Workplace,
  organizations: readonly Organization[],
  span: DaySpan,
  spans?: ReadonlyMap<Organization, DaySpan>,
): Promise<Verification> {
  const { collection } = await work.store();
  const dependencies: VerifyDependencies = {
    provider: (id) => work.provider(id),
    adminKey: (organization) => work.adminKey(organization),
    folder: (organization, asked) => readFolder(work, organization, asked),
    signal: work.signal,
    store: collection,
  };
  return verifySpan(organizations, span, dependencies, spans);
}
