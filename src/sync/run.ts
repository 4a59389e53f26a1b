import pLimit from 'p-limit';
import type { Organization, WindowOutcome } from '../domain/collection.js';
import { addDays, daysOf, type DaySpan } from '../domain/day.js';
import type { LeaseHolder, LeaseSubject } from '../domain/lease.js';
import type { CostProvider, ProviderCall, ProviderProject, WireEvent } from '../domain/provider.js';
import type { OrganizationResult, SyncResult } from '../domain/results.js';
import { findPriceJumps, PRICE_HISTORY_DAYS } from '../domain/unit-prices.js';
import { asCostsError, CostsError } from '../errors.js';
import { collectBills } from './bills.js';
import { underLease } from './lease.js';
import { takePiece } from './pieces.js';
import { toWindows, type OrganizationPlan, type SyncPlan } from './plan.js';
import { Room } from './room.js';
import { Tally } from './tally.js';
import { interrupted, type RunOptions, type SyncDependencies } from './work.js';

/** Organizations at work side by side, and windows of one of them. Few enough not to provoke rate limits. */
const ORGANIZATIONS_AT_ONCE = 12;
const WINDOWS_AT_ONCE = 4;
/** Taken for the rows of a day while nothing of an organization has been read. */
const UNKNOWN_ROWS = 50;

/** What the organizations of a run share. */
type Shared = SyncDependencies & { room: Room };

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
    plan: planDocument(plan),
  });

  const limit = pLimit(ORGANIZATIONS_AT_ONCE);
  const room = new Room();
  const organizations = await Promise.all(
    plan.organizations.map((each) => limit(() => runOrganization(each, plan, options, { ...dependencies, room }))),
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
  await store.finishRun(runId, signal.aborted ? 'interrupted' : result.status, organizations);
  if (signal.aborted) throw interrupted();
  return result;
}

function statusOf(organizations: readonly OrganizationResult[]): SyncResult['status'] {
  const failed = organizations.filter(({ status }) => status === 'failed').length;
  if (failed === 0) return 'ok';
  return failed < organizations.length ? 'partial' : 'failed';
}

function planDocument(plan: SyncPlan): unknown {
  return plan.organizations.map(({ organization, windows }) => ({
    provider: organization.provider,
    organizationId: organization.organizationId,
    basis: plan.basis,
    windows,
  }));
}

function endOf({ signal, deadline }: SyncDependencies): AbortSignal {
  return deadline === null ? signal : AbortSignal.any([signal, deadline]);
}

function isOverdue({ signal, deadline }: SyncDependencies): boolean {
  return deadline?.aborted === true && !signal.aborted;
}

function timeIsUp(): CostsError {
  return new CostsError('failed', 'The time given by --timeout was up; the windows that were finished are kept.', {
    hint: 'Run the same command again: it goes on where this one stopped.',
  });
}

async function runOrganization(
  { organization, windows }: OrganizationPlan,
  { command, basis }: SyncPlan,
  options: RunOptions,
  dependencies: Shared,
): Promise<OrganizationResult> {
  const tally = new Tally(organization, dependencies.now);
  if (windows.length === 0) return tally.skipped();
  const subject: LeaseSubject = {
    provider: organization.provider,
    organizationId: organization.organizationId,
    apiVersion: API_VERSIONS[basis],
  };
  const terms = {
    holder: options.runId,
    command: `costs ${command}`,
    waitMs: options.waitMs,
    signal: endOf(dependencies),
    onWait: (holder: LeaseHolder) => dependencies.onEvent({ type: 'waiting', organization, holder }),
  };
  try {
    const outcome = await underLease(dependencies.leases, subject, terms, () =>
      collectOrganization({ organization, windows }, tally, options, dependencies),
    );
    if ('heldBy' in outcome) return tally.skipped(outcome.heldBy);
  } catch (error) {
    tally.failed(asCostsError(error), windows);
  }
  dependencies.onEvent({ type: 'organization-done', organization });
  return tally.windows === 0 ? tally.skipped() : tally.result();
}

async function collectOrganization(
  { organization, windows: planned }: OrganizationPlan,
  tally: Tally,
  options: RunOptions,
  dependencies: Shared,
): Promise<void> {
  const { windows, rowsADay } = await stillDue(organization, planned, options, dependencies);
  if (windows.length === 0) return;

  const observe = (event: WireEvent) => {
    tally.observe(event);
    dependencies.onEvent({ type: 'wire', organization, event });
  };
  const provider = await dependencies.provider(organization.provider);
  const call: ProviderCall = { key: await dependencies.keyOf(organization), signal: endOf(dependencies), observe };
  const projects = once(() => listProjects(provider, call));
  const collectOne = dependencies.collector ?? collectBills;
  const work = { organization, provider, call, projects, options, dependencies };
  await runWindows(windows, tally, (window) => collectOne(window, work), { organization, dependencies, rowsADay });
  await noticePrices(organization, tally, dependencies);
}

/** Asked once all windows are written: a verdict must not depend on how the range was cut. */
async function noticePrices(
  { provider, organizationId }: Organization,
  tally: Tally,
  { store }: SyncDependencies,
): Promise<void> {
  const [since, until] = [tally.changedDays[0], tally.changedDays.at(-1)];
  if (since === undefined || until === undefined) return;
  const history = { since: addDays(since, -PRICE_HISTORY_DAYS), until };
  tally.noticed(findPriceJumps(await store.dailyCharges(provider, organizationId, history), { since, until }));
}

/**
 * Without the days that another process read after this run was planned, while this one waited for it; and the most rows
 * a day is known to have, null where nothing is.
 */
async function stillDue(
  { provider, organizationId }: Organization,
  windows: readonly DaySpan[],
  { plannedAt }: RunOptions,
  { store, collector }: SyncDependencies,
): Promise<{ windows: readonly DaySpan[]; rowsADay: number | null }> {
  if (collector !== undefined) return { windows, rowsADay: null };
  const collected = await store.collectedDays(provider, organizationId);
  const rowsADay = collected.reduce<number | null>((most, { rows }) => Math.max(most ?? 0, rows), null);
  const fresh = new Set(collected.filter(({ readAt }) => readAt >= plannedAt).map(({ day }) => day));
  if (fresh.size === 0) return { windows, rowsADay };
  const due = windows.flatMap((window) =>
    toWindows(
      daysOf(window).filter((day) => !fresh.has(day)),
      daysOf(window).length,
    ),
  );
  return { windows: due, rowsADay };
}

/** Side by side, large ones in pieces; a failure of the key or the network ends the organization, any other only its own window. */
async function runWindows(
  windows: readonly DaySpan[],
  tally: Tally,
  run: (window: DaySpan) => Promise<{ rows: number; outcome: WindowOutcome }>,
  {
    organization,
    dependencies,
    ...known
  }: { organization: Organization; dependencies: Shared; rowsADay: number | null },
): Promise<void> {
  const limit = pLimit(WINDOWS_AT_ONCE);
  let { rowsADay } = known;
  let hopeless: CostsError | null = null;
  const runOne = async (window: DaySpan) => {
    if (hopeless !== null) return tally.failed(hopeless, [window]);
    try {
      const days = daysOf(window).length;
      const { rows, outcome } = await dependencies.room.hold(days * (rowsADay ?? UNKNOWN_ROWS), () => run(window));
      rowsADay = Math.max(rowsADay ?? 0, rows / days);
      tally.add(rows, outcome);
      dependencies.onEvent({ type: 'window-done', organization, window, rows, outcome });
    } catch (thrown) {
      const error = isOverdue(dependencies) ? timeIsUp() : asCostsError(thrown);
      if (
        error.code === 'auth' ||
        error.code === 'unreachable' ||
        error.code === 'interrupted' ||
        isOverdue(dependencies)
      )
        hopeless = error;
      tally.failed(error, [window]);
      dependencies.onEvent({ type: 'window-failed', organization, window, error });
    }
  };
  const runInPieces = async (window: DaySpan) => {
    for (let left: DaySpan | null = window; left !== null;) {
      const { piece, rest } = takePiece(left, rowsADay ?? UNKNOWN_ROWS);
      await runOne(piece);
      left = rest;
    }
  };
  const { sample, rest } = takeSample(windows, rowsADay);
  if (sample !== null) await runOne(sample);
  await Promise.all(rest.map((window) => limit(() => runInPieces(window))));
}

/**
 * A late day to read before all others of a long range, because nobody knows yet how much a day of the organization holds,
 * and so into how many pieces the rest must be cut.
 */
function takeSample(
  windows: readonly DaySpan[],
  rowsADay: number | null,
): { sample: DaySpan | null; rest: readonly DaySpan[] } {
  const last = windows.at(-1);
  if (rowsADay !== null || windows.length <= WINDOWS_AT_ONCE || last === undefined)
    return { sample: null, rest: windows };
  const { since, until } = last;
  const left = since === until ? [] : [{ since: addDays(since, 1), until }];
  return { sample: { since, until: since }, rest: [...windows.slice(0, -1), ...left] };
}

/** Names are an ornament: a key without the projects scope collects all the same, and projects then carry their ids. */
async function listProjects(provider: CostProvider, call: ProviderCall): Promise<ReadonlyMap<string, ProviderProject>> {
  try {
    const projects = await provider.listProjects(call);
    return new Map(projects.map((project) => [project.id, project]));
  } catch (error) {
    if (call.signal.aborted) throw error;
    return new Map();
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
