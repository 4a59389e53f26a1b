import type { CostProvider } from '../domain/cost-provider.js';
import pLimit from 'p-limit';
import type { Organization } from '../domain/collection.js';
import { addDays, daysOf, type DaySpan } from '../domain/day.js';
import type { KeyedReport } from '../domain/keyed-report.js';
import type { LeaseHolder, LeaseSubject } from '../domain/lease.js';
import type { ProviderCall, ProviderId, ProviderProject, WireEvent } from '../domain/provider.js';
import type { OrganizationResult, SyncResult } from '../domain/results.js';
import { findPriceJumps, PRICE_HISTORY_DAYS } from '../domain/unit-prices.js';
import { asCostsError, CostsError } from '../errors.js';
import { collectBills } from './bills.js';
import { collectFolder } from './collect-folder.js';
import { underLease } from './lease.js';
import { toWindows, type OrganizationPlan, type SyncPlan } from './plan.js';
import { RowBudget } from './row-budget.js';
import { Tally } from './tally.js';
import { followNames, learnApiKeys } from './names.js';
import { runWindows } from './windows.js';
import { interrupted, type RunOptions, type SyncDependencies } from './work.js';
import { once } from '../domain/once.js';

/** Organizations at work side by side. */
const ORGANIZATIONS_AT_ONCE = 12;

/** What the organizations of a run share. */
type Shared = SyncDependencies & { room: RowBudget; isKnown: (provider: ProviderId, path: string) => boolean };

const API_VERSIONS = { billed: 'costs_v1', usage: 'usage_v1' } as const;

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
  const isKnown: Shared['isKnown'] = (provider, path) => news.has(`${provider} ${path}`);
  const organizations = await Promise.all(
    plan.organizations.map((each) =>
      limit(() => runOrganization(each, plan, options, { ...dependencies, room, isKnown })),
    ),
  );

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
  if (signal.aborted) throw interrupted();
  return result;
}

function statusOf(organizations: readonly OrganizationResult[]): SyncResult['status'] {
  const failed = organizations.filter(({ status }) => status === 'failed').length;
  if (failed === 0) return 'ok';
  return failed < organizations.length ? 'partial' : 'failed';
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

function endOf({ signal, deadline }: SyncDependencies): AbortSignal {
  return deadline === null ? signal : AbortSignal.any([signal, deadline]);
}

function isOverdue({ signal, deadline }: SyncDependencies): boolean {
  return deadline?.aborted === true && !signal.aborted;
}

function timeIsUp(trouble: string | null): CostsError {
  const why = trouble === null ? '' : ` (${trouble})`;
  return new CostsError(
    'failed',
    `The time given by --timeout was up${why}; the windows that were finished are kept.`,
    {
      hint: 'Run the same command again: it goes on where this one stopped.',
    },
  );
}

async function runOrganization(
  { organization, windows }: OrganizationPlan,
  { command, basis, deliveries }: SyncPlan,
  options: RunOptions,
  dependencies: Shared,
): Promise<OrganizationResult> {
  const tally = new Tally(organization, dependencies.now, (path) => dependencies.isKnown(organization.provider, path));
  if (windows.length === 0) return tally.skipped();
  const { provider, organizationId, teamId } = organization;
  const subject: LeaseSubject = { provider, organizationId, teamId, apiVersion: API_VERSIONS[basis] };
  const terms = {
    holder: options.runId,
    command: `costs ${command}`,
    waitMs: options.waitMs,
    signal: endOf(dependencies),
    onWait: (holder: LeaseHolder) => dependencies.onEvent({ type: 'waiting', organization, holder }),
  };
  try {
    const outcome = await underLease(dependencies.leases, subject, terms, () =>
      collectOrganization({ organization, windows, deliveries }, tally, options, dependencies),
    );
    if ('heldBy' in outcome) return tally.skipped(outcome.heldBy);
  } catch (error) {
    tally.failed(asCostsError(error), windows);
  }
  dependencies.onEvent({ type: 'organization-done', organization });
  return tally.windows === 0 ? tally.skipped() : tally.result();
}

async function collectOrganization(
  { organization, windows: planned, deliveries }: Omit<OrganizationPlan, 'requests'> & Pick<SyncPlan, 'deliveries'>,
  tally: Tally,
  options: RunOptions,
  dependencies: Shared,
): Promise<void> {
  const terms = await dependencies.store.termsOf(organization);
  const { scope } = terms;
  if (organization.source === 'path')
    return collectFolder({ organization, deliveries, terms }, tally, options, dependencies);
  const { windows, rowsADay } = await stillDue(organization, planned, options, dependencies);
  if (windows.length === 0) return;

  let trouble: string | null = null;
  const observe = (event: WireEvent) => {
    if (event.type === 'retry') trouble = event.reason;
    if (event.type === 'request' && event.status === 200) trouble = null;
    tally.observe(event);
    dependencies.onEvent({ type: 'wire', organization, event });
  };
  const provider = await dependencies.provider(organization.provider);
  const call: ProviderCall = {
    key: await dependencies.adminKey(organization),
    organizationId: organization.organizationId,
    services: scope.only,
    signal: endOf(dependencies),
    observe,
    mayWait: dependencies.mayWait,
  };
  // Names are not worth a wait.
  const nameCall: ProviderCall = { ...call, mayWait: () => Promise.resolve(false) };
  const projects = once(() => listProjects(provider, nameCall));
  const collectOne = dependencies.collector ?? collectBills;
  const work = { organization, provider, call, projects, scope, unread: new Set<KeyedReport>(), options, dependencies };
  await runWindows(windows, rowsADay, {
    room: dependencies.room,
    collect: (window, mostRows) =>
      collectOne(window, mostRows === null ? work : { ...work, call: { ...call, mostRows } }),
    asError: (thrown) => (isOverdue(dependencies) ? timeIsUp(trouble) : asCostsError(thrown)),
    isOver: () => isOverdue(dependencies),
    onDone: (window, { rows, outcome }) => {
      tally.add(rows, outcome);
      dependencies.onEvent({ type: 'window-done', organization, window, rows, outcome });
    },
    onFailed: (window, error, isTold) => {
      tally.failed(error, [window]);
      if (isTold) dependencies.onEvent({ type: 'window-failed', organization, window, error });
    },
  });
  await noticePrices(organization, tally, dependencies);
  if (dependencies.collector !== undefined || tally.isHopeless) return;
  tally.renamed(await followNames(work));
  await learnApiKeys({ ...work, call: nameCall }, windows);
}

/** Asked once all windows are written: a verdict must not depend on how the range was cut. */
async function noticePrices(organization: Organization, tally: Tally, { store }: SyncDependencies): Promise<void> {
  const [since, until] = [tally.changedDays[0], tally.changedDays.at(-1)];
  if (since === undefined || until === undefined) return;
  const history = { since: addDays(since, -PRICE_HISTORY_DAYS), until };
  tally.noticed(findPriceJumps(await store.dailyCharges(organization, history), { since, until }));
}

/**
 * Without the days that another process read after this run was planned, while this one waited for it; and the most rows
 * a day is known to have, null where nothing is. In the order in which they are read.
 */
async function stillDue(
  organization: Organization,
  windows: readonly DaySpan[],
  { plannedAt }: RunOptions,
  { store, collector }: SyncDependencies,
): Promise<{ windows: readonly DaySpan[]; rowsADay: number | null }> {
  if (collector !== undefined) return { windows: windows.toReversed(), rowsADay: null };
  const collected = await store.collectedDays(organization);
  const rowsADay = collected.reduce<number | null>((most, { rows }) => Math.max(most ?? 0, rows), null);
  const known = new Set(collected.map(({ day }) => day));
  const fresh = new Set(collected.filter(({ readAt }) => readAt !== null && readAt >= plannedAt).map(({ day }) => day));
  const isNew = ({ since, until }: DaySpan) => daysOf({ since, until }).some((day) => !known.has(day));
  // A limit of requests is spent on what was never read, and of that on the newest days.
  const inOrder = (spans: readonly DaySpan[]) => {
    const newest = spans.toReversed();
    return [...newest.filter(isNew), ...newest.filter((span) => !isNew(span))];
  };
  if (fresh.size === 0) return { windows: inOrder(windows), rowsADay };
  const due = windows.flatMap((window) =>
    toWindows(
      daysOf(window).filter((day) => !fresh.has(day)),
      daysOf(window).length,
    ),
  );
  return { windows: inOrder(due), rowsADay };
}

/** Names are an ornament: a key without the projects scope collects all the same, and projects then carry their ids. */
async function listProjects(provider: CostProvider, call: ProviderCall): Promise<ReadonlyMap<string, ProviderProject>> {
  try {
    const projects = await provider.listProjects(call);
    return new Map(projects.map((project) => [project.id, project]));
  } catch (error) {
    if (!(error instanceof CostsError)) throw error;
    return new Map();
  }
}
