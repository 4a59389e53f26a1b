import type { Organization } from '../domain/collection.js';
import type { CostProvider } from '../domain/cost-provider.js';
import { addDays, daysOf, spanOf, type DaySpan } from '../domain/day.js';
import type { KeyedReport } from '../domain/keyed-report.js';
import { once } from '../domain/once.js';
import type { ProviderCall, ProviderId, ProviderProject, WireEvent } from '../domain/provider.js';
import { findPriceJumps, PRICE_HISTORY_DAYS } from '../domain/unit-prices.js';
import { asCostsError, type CostsError } from '../errors.js';
import { readWith } from './bill.js';
import { collectBills } from './bills.js';
import { collectReports } from './keyed-reports.js';
import { collectFolder } from './collect-folder.js';
import { followNames, learnApiKeys, listOrNull } from './names.js';
import type { ParentKeys } from './parties.js';
import { toWindows, type OrganizationPlan, type SyncPlan } from './plan.js';
import type { RowBudget } from './row-budget.js';
import type { SharedReader } from './shared-answers.js';
import type { Tally } from './tally.js';
import { runWindows } from './windows.js';
import { timeIsUp, type RunOptions, type SyncDependencies } from './work.js';

/** What the organizations of a run share. */
export type RunShared = SyncDependencies & {
  room: RowBudget;
  isKnown: (provider: ProviderId, path: string) => boolean;
  keys: ParentKeys;
  /** Rejects where what was being written when the time was up still is. */
  overdue: Promise<never>;
};

/** What a run does for one organization of a party. */
export interface Share extends OrganizationPlan {
  tally: Tally;
  shared?: SharedReader;
}

/** Reads and writes the windows of one organization, then its names. */
export async function collectOrganization(
  { organization, windows: planned, reports, resumedSince, tally, shared }: Share,
  { deliveries }: SyncPlan,
  options: RunOptions,
  dependencies: RunShared,
): Promise<void> {
  const { overdue } = dependencies;
  const terms = await dependencies.store.termsOf(organization);
  const { scope } = terms;
  if (organization.source === 'path')
    return Promise.race([collectFolder({ organization, deliveries, terms }, tally, options, dependencies), overdue]);
  const { windows, rowsADay } = await stillDue(organization, planned, options, dependencies);
  if (windows.length + reports.length === 0) return;

  let trouble: string | null = null;
  const observe = (event: WireEvent) => {
    if (event.type === 'retry') trouble = event.reason;
    if (event.type === 'request' && event.status === 200) trouble = null;
    tally.observe(event);
    dependencies.onEvent({ type: 'wire', organization, event });
  };
  const provider = readWith(await dependencies.provider(organization.provider), organization);
  const key = await dependencies.adminKey(organization);
  const call: ProviderCall = {
    key,
    organizationId: organization.organizationId,
    isParent: [...dependencies.keys.values()].includes(key.reveal()),
    services: scope.only,
    signal: endOf(dependencies),
    observe,
    mayWait: dependencies.mayWait,
  };
  // Names are not worth a wait.
  const nameCall: ProviderCall = { ...call, mayWait: () => Promise.resolve(false) };
  let hasNames = false;
  const projects = once(() => {
    hasNames = true;
    return listProjects(provider, nameCall);
  });
  const collectOne = dependencies.collector ?? collectBills;
  const unread = new Map<KeyedReport, CostsError>();
  const head = { organization, provider, call, projects, hasNames: () => hasNames, scope };
  const work = { ...head, unread, resumedSince, shared, options, dependencies };
  await runWindows(windows, rowsADay, {
    room: dependencies.room,
    collect: (window, mostRows) =>
      Promise.race([collectOne(window, mostRows === null ? work : { ...work, call: { ...call, mostRows } }), overdue]),
    asError: (thrown) => (isOverdue(dependencies) ? timeIsUp(trouble, options.forced) : asCostsError(thrown)),
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
  for (const span of reports) if (!tally.isHopeless) tally.addReports(await collectReports(span, work), span);
  if (dependencies.collector !== undefined || tally.isHopeless) return;
  tally.renamed(await followNames(work));
  await learnApiKeys({ ...work, call: nameCall }, [...windows, ...reports]);
}

/** Asked once all windows are written: a verdict must not depend on how the range was cut. */
async function noticePrices(organization: Organization, tally: Tally, { store }: SyncDependencies): Promise<void> {
  const span = spanOf(tally.changedDays);
  if (span === null) return;
  const history = { ...span, since: addDays(span.since, -PRICE_HISTORY_DAYS) };
  tally.noticed(findPriceJumps(await store.dailyCharges(organization, history), span));
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
  const projects = await listOrNull(call, 'projects', provider.listProjects(call));
  return new Map(projects?.map((project) => [project.id, project]));
}

/** What ends the work: somebody, or the time. */
export function endOf({ signal, deadline }: SyncDependencies): AbortSignal {
  return deadline === null ? signal : AbortSignal.any([signal, deadline]);
}

function isOverdue({ signal, deadline }: SyncDependencies): boolean {
  return deadline?.aborted === true && !signal.aborted;
}
