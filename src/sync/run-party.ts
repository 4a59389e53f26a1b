import { daysOf, type DaySpan } from '../domain/day.js';
import type { LeaseHolder } from '../domain/lease.js';
import type { OrganizationResult } from '../domain/results.js';
import { asCostsError } from '../errors.js';
import { reportsBeside, requireBillReport } from './bill.js';
import { collectOrganization, endOf, type RunShared, type Share } from './collect-organization.js';
import { underLease } from './lease.js';
import { cutTogether, type Party } from './parties.js';
import type { SyncPlan } from './plan.js';
import { SharedAnswers } from './shared-answers.js';
import { Tally } from './tally.js';
import type { RunOptions } from './work.js';

const API_VERSIONS = { billed: 'costs_v1', usage: 'usage_v1' } as const;

/** Collects what one key answers for, under one lease; one organization's failure never stops another's. Results by `keyId`. */
export async function runParty(
  { plans, holds }: Party,
  plan: SyncPlan,
  options: RunOptions,
  dependencies: RunShared,
): Promise<Map<string, OrganizationResult>> {
  const { now, isKnown, leases, onEvent } = dependencies;
  const shares: Share[] = plans.map((each) => {
    const { organization } = each;
    return { ...each, tally: new Tally(organization, now, (path) => isKnown(organization.provider, path)) };
  });
  const due = shares.filter(({ windows, reports }) => windows.length + reports.length > 0);
  const [first] = due;
  let heldBy: LeaseHolder | undefined;
  if (first !== undefined) {
    const apiVersion = API_VERSIONS[plan.basis];
    const subjects = holds.map(({ provider, organizationId, teamId }) => ({
      provider,
      organizationId,
      teamId,
      apiVersion,
    }));
    const terms = {
      holder: options.runId,
      command: `costs ${plan.command}`,
      waitMs: options.waitMs,
      signal: endOf(dependencies),
      onWait: (holder: LeaseHolder) => onEvent({ type: 'waiting', organization: first.organization, holder }),
    };
    try {
      const outcome = await underLease(leases, subjects, terms, () => runShares(due, plan, options, dependencies));
      if ('heldBy' in outcome) heldBy = outcome.heldBy;
    } catch (error) {
      for (const { tally, windows } of due) tally.failed(asCostsError(error), windows);
    }
  }
  return new Map(
    shares.map((share) => {
      const { organization, tally } = share;
      if (tally.windows > 0) return [organization.keyId, tally.result()];
      return [organization.keyId, tally.skipped(due.includes(share) ? heldBy : undefined)];
    }),
  );
}

/** Side by side, so that an answer they share is held no longer than it must be. */
async function runShares(
  due: readonly Share[],
  plan: SyncPlan,
  options: RunOptions,
  dependencies: RunShared,
): Promise<void> {
  const shares = await shareAnswers(due, dependencies);
  await Promise.all(
    shares.map(async (share) => {
      const { organization, windows, tally } = share;
      try {
        await collectOrganization(share, plan, options, dependencies);
      } catch (error) {
        tally.failed(asCostsError(error), windows);
      }
      dependencies.onEvent({ type: 'organization-done', organization });
    }),
  );
}

/** One set of requests for all that a parent's key collects. */
async function shareAnswers(due: readonly Share[], dependencies: RunShared): Promise<readonly Share[]> {
  const [first] = due;
  if (first?.organization.billSource !== 'parent') return due;
  const { store, isRegistered } = dependencies;
  const provider = await dependencies.provider(first.organization.provider);
  const { windows, plans } = cutTogether(due, provider.maxDaysPerRequest);
  const answers = new SharedAnswers({
    ...{ store, report: requireBillReport(provider), keyedReports: reportsBeside(provider, first.organization) },
    ...{ providerName: provider.facts.name, windows },
    daysWanted: (span) => plans.reduce((sum, each) => sum + daysWithin(each.windows, span), 0),
    isRegistered: (organizationId) => isRegistered(provider.facts.id, organizationId),
  });
  return due.map((share, index) => ({
    ...share,
    windows: plans[index]?.windows ?? [],
    shared: answers.of(share.organization),
  }));
}

function daysWithin(windows: readonly DaySpan[], { since, until }: DaySpan): number {
  return windows.flatMap(daysOf).filter((day) => day >= since && day <= until).length;
}
