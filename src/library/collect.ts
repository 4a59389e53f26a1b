import { ulid } from 'ulid';
import type { Organization } from '../domain/collection.js';
import { toDay, spanOfAll, type DaySpan } from '../domain/day.js';
import { organizationRef } from '../domain/organization.js';
import type { SyncResult } from '../domain/results.js';
import { formatDate } from '../domain/words.js';
import { usageCollector } from '../sync/collect-usage.js';
import type { SyncPlan } from '../sync/plan.js';
import { runSync } from '../sync/run.js';
import { addClosing } from './closing.js';
import { readFolder } from './folder.js';
import type { Job } from './job.js';
import { registeredKeys } from './organizations.js';
import { gather } from './plan-input.js';
import { closedDays, verifyOrganizations } from './verify.js';
import type { Workplace } from './workplace.js';
import type { CollectRequest } from './requests.js';

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
  if (plan.basis === 'billed') await addClosing(work, result, job.request);
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

/** Compares what a run has just brought of organizations that were read, each from its first day through its last. */
async function verifyRun(work: Workplace, plan: SyncPlan, result: SyncResult): Promise<void> {
  const today = toDay(await work.clock());
  const read = new Set(result.organizations.filter(({ status }) => status === 'ok').map(organizationRef));
  const spans = new Map<Organization, DaySpan>();
  for (const { organization, windows } of plan.organizations) {
    const all = spanOfAll(windows);
    if (all === null || !read.has(organizationRef(organization))) continue;
    const span = closedDays(all, today);
    if (span !== null) spans.set(organization, span);
  }
  const span = closedDays(plan.span, today);
  if (span !== null) result.verified = await verifyOrganizations(work, [...spans.keys()], span, spans);
}

async function carryOut(work: Workplace, plan: SyncPlan, job: Job, plannedAt: Date): Promise<SyncResult> {
  const { collection, leases, usage } = await work.store();
  const team = await work.team();
  const registered = await registeredKeys(work, team.id);
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
