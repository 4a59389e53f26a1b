import pLimit from 'p-limit';
import { statusOf } from '../domain/exit-code.js';
import type { ProviderId } from '../domain/provider.js';
import type { SyncResult } from '../domain/results.js';
import { readParentKeys, toParties } from './parties.js';
import type { SyncPlan } from './plan.js';
import { RowBudget } from './row-budget.js';
import { runParty } from './run-party.js';
import { interrupted, timeIsUp, type RunOptions, type SyncDependencies } from './work.js';

/** What is being written when the time is up may take so much longer: it may wait for somebody who never ends. */
const GRACE_MILLISECONDS = 10_000;
/** Organizations at work side by side. */
const ORGANIZATIONS_AT_ONCE = 12;

/**
 * Carries out a plan: organizations side by side, windows of one side by side, each written in one transaction. One
 * organization's failure never stops another's.
 * @throws CostsError `interrupted` when the signal fires; finished windows are kept and the run is recorded as such.
 */
export async function runSync(
  plan: SyncPlan,
  options: RunOptions,
  dependencies: SyncDependencies,
): Promise<SyncResult> {
  const { store, now, signal } = dependencies;
  const { runId, teamId, version } = options;
  const started = now();
  await store.startRun({
    id: runId,
    teamId,
    command: plan.command,
    span: plan.span,
    version,
    plan: planDocument(plan, options),
  });

  const limit = pLimit(ORGANIZATIONS_AT_ONCE);
  const room = new RowBudget();
  const news = new Set((await store.news(teamId)).map(({ provider, path }) => `${provider} ${path}`));
  const isKnown = (provider: ProviderId, path: string) => news.has(`${provider} ${path}`);
  const keys = await readParentKeys(dependencies, plan.organizations);
  const parties = toParties(plan.organizations, dependencies.children, keys);
  const shared = { ...dependencies, room, isKnown, keys, overdue: overdueAfter(dependencies, options) };
  const done = await Promise.all(parties.map((party) => limit(() => runParty(party, plan, options, shared))));
  const results = new Map(done.flatMap((each) => [...each]));
  const organizations = plan.organizations.flatMap(({ organization }) => results.get(organization.keyId) ?? []);

  const result: SyncResult = {
    status: statusOf(organizations),
    runId,
    command: plan.command,
    basis: plan.basis,
    ...plan.span,
    milliseconds: now().getTime() - started.getTime(),
    organizations,
  };
  await store.finishRun({ id: runId, teamId }, signal.aborted ? 'interrupted' : result.status, organizations);
  if (signal.aborted) throw interrupted(options.forced);
  return result;
}

/** Rejects some time after the time was up. */
function overdueAfter(
  { deadline, graceMs = GRACE_MILLISECONDS }: SyncDependencies,
  { forced }: RunOptions,
): Promise<never> {
  const overdue = new Promise<never>((_, reject) => {
    const giveUp = () => reject(timeIsUp(null, forced));
    deadline?.addEventListener('abort', () => setTimeout(giveUp, graceMs).unref(), { once: true });
  });
  // Nobody may be waiting any more.
  overdue.catch(() => undefined);
  return overdue;
}

function planDocument(plan: SyncPlan, { forced }: RunOptions): unknown {
  return plan.organizations.map(({ organization, windows }) => ({
    provider: organization.provider,
    organizationId: organization.organizationId,
    basis: plan.basis,
    forced,
    windows,
  }));
}
