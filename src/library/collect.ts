import { ulid } from 'ulid';
import type { CollectedDay, Organization } from '../domain/collection.js';
import type { CostProvider } from '../domain/cost-provider.js';
import { addDays, toDay, type Day } from '../domain/day.js';
import { expiryWarning } from '../domain/key-view.js';
import { resolvePeriod, type PeriodRequest } from '../domain/period.js';
import type { ProviderId } from '../domain/provider.js';
import type { Basis, SyncResult } from '../domain/results.js';
import { describeAhead } from '../domain/status.js';
import { firstDayOf, parseTime } from '../domain/time.js';
import type { UsageWidth } from '../domain/usage.js';
import { CostsError } from '../errors.js';
import type { SyncEvent } from '../sync/events.js';
import { planBackfill, planSync, type PlanInput, type SyncPlan } from '../sync/plan.js';
import { reportsBeside } from '../sync/bill.js';
import { usageCollector } from '../sync/collect-usage.js';
import { runSync } from '../sync/run.js';
import { addClosing } from './closing.js';
import { isOtherReport } from '../domain/bill-source.js';
import { formatDate } from '../domain/words.js';
import { selectOrganizations, type Selection } from './organizations.js';
import { readFolder } from './folder.js';
import { closedDays, verifyOrganizations } from './verify.js';
import type { Workplace } from './workplace.js';
import { organizationRef } from '../domain/organization.js';

/** What happens while a run is at work, for whoever shows it. */
export type CollectEvent =
  | SyncEvent
  | { type: 'planned'; plan: SyncPlan }
  /** The key of an organization ends soon, or has ended. */
  | { type: 'key-expires'; message: string }
  /** Reads of an organization are dated in the future, and its days are read again. */
  | { type: 'read-ahead'; message: string }
  /** Days that were wanted cannot be read any more. */
  | { type: 'out-of-reach'; message: string };

/** What `sync` and `backfill` have in common. */
export interface CollectRequest extends Selection {
  /** Bills, or the usage beside them; default: billed. */
  basis?: Basis;
  /** How fine usage is read; default: a day. */
  bucket?: UsageWidth;
  /** Write even when most of what is stored of a window would be lost. */
  acceptRestatement?: boolean;
  /** Then compare what was read with the provider's own totals. */
  verify?: boolean;
  /** Seconds the run may take; finished windows are kept. */
  timeout?: number;
  /** Seconds to wait for an organization that another process collects; default: it is skipped. */
  wait?: number;
  /** Whether to wait until a provider allows requests again; default: only within `timeout`. */
  mayWait?: (until: Date) => Promise<boolean>;
  onEvent?: (event: CollectEvent) => void;
}

export interface SyncRequest extends CollectRequest {
  /** Read no further back than so many days before today, or than a time such as 7d or last-month. */
  lookback?: number | string;
}

/** A period, or its first day and, unless it is today, its last. */
export interface BackfillRequest extends CollectRequest, PeriodRequest {
  /** Read settled days again, too. */
  force?: boolean;
}

/** A request with the way its days are chosen. */
export interface Job {
  command: SyncPlan['command'];
  request: CollectRequest;
  forced: boolean;
  makePlan: (input: PlanInput) => SyncPlan;
}

/** All days that are not settled, up to today. @throws CostsError `usage` */
export function syncJob(request: SyncRequest): Job {
  checkBasis(request);
  const floorOf = readLookback(request.lookback);
  return { command: 'sync', request, forced: false, makePlan: (input) => planSync(input, floorOf(input.today)) };
}

/** The days of a past range that were never read or are not settled, or all of them. @throws CostsError `usage` */
export async function backfillJob(request: BackfillRequest, clock: () => Promise<Date>): Promise<Job> {
  checkBasis(request);
  if (request.since === undefined && request.period === undefined)
    throw new CostsError('usage', 'Which days?', { hint: 'costs backfill last-month' });
  const { since, until } = resolvePeriod(request, toDay(await clock()));
  const span = { since, until };
  const forced = request.force === true;
  return { command: 'backfill', request, forced, makePlan: (input) => planBackfill(input, span, forced) };
}

/** @throws CostsError `usage` */
export function readLookback(lookback: number | string = ''): (today: Day) => Day | null {
  if (lookback === '') return () => null;
  if (/^\d{1,5}$/.test(String(lookback))) return (today) => addDays(today, -Number(lookback));
  const time = parseTime(String(lookback));
  return (today) => firstDayOf(time, today);
}

/** What a job would read. */
export async function planOf(work: Workplace, job: Job): Promise<SyncPlan> {
  return job.makePlan(await gather(work, job));
}

/**
 * Does a job: gather, plan, carry out. A failure of one organization is in its result.
 * @throws CostsError when nothing could be begun, and `interrupted` when the signal fires
 */
export async function collect(work: Workplace, job: Job): Promise<SyncResult> {
  const { collection } = await work.store();
  const plannedAt = await collection.clock();
  const plan = await planOf(work, job);
  tellOutOfReach(plan, job.request);
  job.request.onEvent?.({ type: 'planned', plan });
  const result = await carryOut(work, plan, job, plannedAt);
  if (plan.basis === 'billed') await addClosing(work, result);
  if (job.request.verify === true) await verifyRun(work, plan, result);
  return result;
}

function tellOutOfReach({ organizations }: SyncPlan, { onEvent }: CollectRequest): void {
  for (const { organization, reachesBackTo: first } of organizations) {
    if (first === undefined) continue;
    const message = `${organization.name}: nothing is told of days before ${formatDate(first)}; they stay as they are.`;
    onEvent?.({ type: 'out-of-reach', message });
  }
}

/** Bills come by the day only, and only of them a provider has totals. */
function checkBasis({ basis, bucket, verify }: CollectRequest): void {
  if (verify === true && basis === 'usage')
    throw new CostsError('usage', 'No provider has totals of usage to compare with; --verify is for bills.');
  if (bucket === undefined || basis === 'usage') return;
  throw new CostsError('usage', 'Bills come by the day only; --bucket is for usage.', { hint: 'Add --basis usage.' });
}

/** Compares what a run has just brought of organizations that did not fail. */
async function verifyRun(work: Workplace, plan: SyncPlan, result: SyncResult): Promise<void> {
  const failed = new Set(result.organizations.filter(({ status }) => status === 'failed').map(organizationRef));
  const organizations = plan.organizations
    .filter(({ windows }) => windows.length > 0)
    .map(({ organization }) => organization)
    .filter((organization) => !failed.has(organizationRef(organization)));
  const span = closedDays(plan.span, toDay(await work.clock()));
  if (span !== null) result.verified = await verifyOrganizations(work, organizations, span);
}

/** What is read of files is cut by their billing periods. */
const FOLDER: Pick<CostProvider, 'maxDaysPerRequest' | 'usage' | 'keyedReports' | 'billReport'> = {
  maxDaysPerRequest: Infinity,
};
const NO_USAGE = { endpoints: [], maxDays: () => 1, requestsAWindow: 0 };

async function gather(work: Workplace, { command, request, forced }: Job): Promise<PlanInput> {
  const organizations = await selectOrganizations(work, request);
  const now = await work.clock();
  for (const organization of organizations) {
    const message = expiryWarning(organization, now);
    if (message !== null) request.onEvent?.({ type: 'key-expires', message });
  }
  const { collection, usage } = await work.store();
  const { basis = 'billed', bucket = '1d' } = request;
  const collected = new Map<string, CollectedDay[]>();
  const limits = new Map<string, { days: number; requests: number; first: Day | null }>();
  for (const organization of organizations) {
    const { keyId, provider, name, source } = organization;
    const adapter = source === 'path' ? FOLDER : await work.provider(provider);
    const isOfReport = isOtherReport(organization.billSource);
    const { endpoints, maxDays, requestsAWindow } = adapter.usage ?? NO_USAGE;
    const days =
      basis === 'usage' ? usage.collectedDays(organization, bucket, endpoints) : collection.collectedDays(organization);
    const known = await days;
    const ahead = known.filter(({ readAt }) => readAt === null).length;
    if (ahead > 0) request.onEvent?.({ type: 'read-ahead', message: `${name}: ${describeAhead(ahead)}` });
    collected.set(keyId, known);
    const first = isOfReport ? (adapter.billReport?.firstDay(toDay(now)) ?? null) : null;
    limits.set(
      keyId,
      basis === 'usage'
        ? { days: maxDays(bucket), requests: requestsAWindow, first: null }
        : {
            days: adapter.maxDaysPerRequest,
            requests: 1 + reportsBeside(adapter, organization).length,
            first,
          },
    );
  }
  const { id: teamId } = await work.team();
  /** What is known of some organizations, by `keyId`. */
  const byKey = <Since>(known: readonly { provider: ProviderId; organizationId: string; since: Since }[]) =>
    new Map(
      organizations.flatMap((each): [string, Since][] => {
        const found = known.find((one) => organizationRef(one) === organizationRef(each));
        return found === undefined ? [] : [[each.keyId, found.since]];
      }),
    );
  return {
    organizations,
    basis,
    resumedSince: byKey(await collection.pausedByQuota(teamId, { command, basis, forced })),
    setOutFrom: command === 'sync' ? byKey(await collection.unfinishedSyncs(teamId, basis)) : new Map(),
    collected,
    today: toDay(now),
    maxDays: ({ keyId }: Organization) => limits.get(keyId)?.days ?? 1,
    requestsAWindow: ({ keyId }: Organization) => limits.get(keyId)?.requests ?? 1,
    firstDay: ({ keyId }: Organization) => limits.get(keyId)?.first ?? null,
  };
}

async function carryOut(work: Workplace, plan: SyncPlan, job: Job, plannedAt: Date): Promise<SyncResult> {
  const { collection, leases, usage, keys } = await work.store();
  const team = await work.team();
  const registered = await keys.list(team.id);
  const refs = new Set(registered.map(organizationRef));
  const { request, forced } = job;
  const { timeout, basis, bucket = '1d' } = request;
  const end = timeout === undefined ? null : work.now().getTime() + timeout * 1000;
  return runSync(
    plan,
    {
      runId: ulid(work.now().getTime()),
      teamId: team.id,
      version: work.version,
      acceptRestatement: request.acceptRestatement === true,
      forced,
      waitMs: (request.wait ?? 0) * 1000,
      plannedAt,
    },
    {
      store: collection,
      leases,
      provider: (id) => work.provider(id),
      adminKey: (organization) => work.adminKey(organization),
      children: registered.filter(({ billSource, isActive }) => billSource === 'parent' && isActive),
      isRegistered: (provider, organizationId) => refs.has(organizationRef({ provider, organizationId })),
      folder: (organization, asked) => readFolder(work, organization, asked),
      now: () => work.now(),
      signal: work.signal,
      deadline: timeout === undefined ? null : AbortSignal.timeout(timeout * 1000),
      onEvent: (event) => request.onEvent?.(event),
      mayWait: request.mayWait ?? ((until) => Promise.resolve(end !== null && until.getTime() <= end)),
      ...(basis === 'usage' ? { collector: usageCollector(usage, bucket) } : {}),
    },
  );
}
