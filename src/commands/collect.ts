import { ulid } from 'ulid';
import type { Context } from '../context.js';
import type { CollectedDay, Organization } from '../domain/collection.js';
import { toDay } from '../domain/day.js';
import { expiryWarning } from '../domain/key-view.js';
import type { ProviderId } from '../domain/provider.js';
import { CostsError, EXIT_CODES } from '../errors.js';
import type { Basis, SyncResult } from '../domain/results.js';
import type { UsageWidth } from '../domain/usage.js';
import type { Output } from '../output/output.js';
import { renderPlan, type PlanDocument } from '../output/plan.js';
import { renderSync } from '../output/sync.js';
import type { PlanInput, SyncPlan } from '../sync/plan.js';
import { usageCollector } from '../sync/collect-usage.js';
import { runSync } from '../sync/run.js';
import { addClosing } from './closing.js';
import { exitCodeOf } from './exit-code.js';
import { createQuotaWait } from './quota-wait.js';
import { selectOrganizations } from './organizations.js';
import type { SelectionOptions } from './options.js';
import { closedDays, exitCodeOfVerification, verifyOrganizations } from './verify.js';
import { showEvent, startDisplay } from './sync-display.js';

export interface CollectOptions extends SelectionOptions {
  dryRun?: boolean;
  acceptRestatement?: boolean;
  /** Seconds the run may take. */
  timeout?: number;
  /** Seconds to wait for an organization that another process collects. */
  wait?: number;
  /** Compare what was read with the provider's own totals. */
  verify?: boolean;
  /** Default: billed. */
  basis?: Basis;
  /** How fine usage is read; default: a day. */
  bucket?: UsageWidth;
}

/** Anthropic's reports allow 90 an hour. */
const MANY_REQUESTS = 60;

/** @throws CostsError `usage` for --bucket without usage, as bills come by the day only, and for --verify with it. */
export function checkBasis({ basis, bucket, verify }: CollectOptions): void {
  if (verify === true && basis === 'usage')
    throw new CostsError('usage', 'No provider has totals of usage to compare with; --verify is for bills.');
  if (bucket === undefined || basis === 'usage') return;
  throw new CostsError('usage', 'Bills come by the day only; --bucket is for usage.', { hint: 'Add --basis usage.' });
}

/** What a run would read, or what came of it, and where. */
type Collected = { plan: PlanDocument } | { result: SyncResult; where: { team: string; store: string } };

/** What `sync` and `backfill` share: gather, plan, carry out. */
export async function collect(
  context: Context,
  options: CollectOptions & { forced: boolean },
  makePlan: (input: PlanInput) => SyncPlan,
): Promise<Collected> {
  const [{ collection, database }, team] = [await context.store(), await context.team()];
  const plannedAt = await collection.clock();
  const plan = makePlan(await gather(context, options));
  if (options.dryRun === true) return { plan: planDocument(plan) };
  noteRequests(context, plan);
  const result = await carryOut(context, plan, { ...options, plannedAt });
  if (plan.basis === 'billed') await addClosing(context, result);
  if (options.verify === true) await verifyRun(context, plan, result);
  return { result, where: { team: team.name, store: database.label } };
}

export function documentOfRun(collected: Collected): SyncResult | PlanDocument {
  return 'plan' in collected ? collected.plan : collected.result;
}

export function renderCollected(collected: Collected, output: Output): string {
  return 'plan' in collected
    ? renderPlan(collected.plan, output)
    : renderSync(collected.result, collected.where, output);
}

export function exitCodeOfRun(collected: Collected): number {
  if ('plan' in collected) return 0;
  const { result } = collected;
  const code = exitCodeOf(result);
  if (code !== 0) return code;
  if (result.organizations.some(({ altered = [] }) => altered.length > 0)) return EXIT_CODES.finding;
  return result.verified === undefined ? code : exitCodeOfVerification(result.verified);
}

/** Providers allow so many requests an hour: whoever starts a long run is told before. */
function noteRequests({ output }: Context, { organizations }: SyncPlan): void {
  for (const { organization, requests } of organizations)
    if (requests >= MANY_REQUESTS) output.note(`${organization.name} needs about ${requests} requests.`);
}

/** Compares what a run has just brought of organizations that did not fail. */
async function verifyRun(context: Context, plan: SyncPlan, result: SyncResult): Promise<void> {
  const failed = new Set(
    result.organizations.filter(({ status }) => status === 'failed').map(({ organizationId }) => organizationId),
  );
  const organizations = plan.organizations
    .filter(({ windows }) => windows.length > 0)
    .map(({ organization }) => organization)
    .filter(({ organizationId }) => !failed.has(organizationId));
  const span = closedDays(plan.span, toDay(context.now()));
  if (span !== null) result.verified = await verifyOrganizations(context, organizations, span);
}

function warnOfExpiry(context: Context, organization: Organization): void {
  const warning = expiryWarning(organization, context.now());
  if (warning !== null) context.output.warn(warning);
}

async function gather(context: Context, options: CollectOptions): Promise<PlanInput> {
  const organizations = await selectOrganizations(context, options);
  for (const organization of organizations) warnOfExpiry(context, organization);
  const { collection, usage } = await context.store();
  const { basis = 'billed', bucket = '1d' } = options;
  const collected = new Map<string, CollectedDay[]>();
  const limits = new Map<ProviderId, { days: number; requests: number }>();
  for (const { keyId, provider, organizationId } of organizations) {
    const adapter = await context.provider(provider);
    const { endpoints, maxDays } = adapter.usage ?? { endpoints: [], maxDays: () => 1 };
    const days =
      basis === 'usage'
        ? usage.collectedDays(provider, organizationId, bucket, endpoints)
        : collection.collectedDays(provider, organizationId);
    collected.set(keyId, await days);
    limits.set(
      provider,
      basis === 'usage'
        ? { days: maxDays(bucket), requests: endpoints.length }
        : { days: adapter.maxDaysPerRequest, requests: 1 },
    );
  }
  return {
    organizations,
    basis,
    collected,
    today: toDay(context.now()),
    maxDays: ({ provider }: Organization) => limits.get(provider)?.days ?? 1,
    requestsAWindow: ({ provider }: Organization) => limits.get(provider)?.requests ?? 1,
  };
}

async function carryOut(
  context: Context,
  plan: SyncPlan,
  options: CollectOptions & { forced: boolean; plannedAt: Date },
): Promise<SyncResult> {
  const { collection, leases, usage } = await context.store();
  const team = await context.team();
  const display = startDisplay(context.output, plan);
  try {
    return await runSync(
      plan,
      {
        runId: ulid(context.now().getTime()),
        teamId: team.id,
        version: context.version,
        acceptRestatement: options.acceptRestatement === true,
        forced: options.forced,
        waitMs: (options.wait ?? 0) * 1000,
        plannedAt: options.plannedAt,
      },
      {
        store: collection,
        leases,
        provider: (id) => context.provider(id),
        keyOf: (organization) => context.keyOf(organization),
        now: () => context.now(),
        signal: context.signal,
        deadline: options.timeout === undefined ? null : AbortSignal.timeout(options.timeout * 1000),
        onEvent: (event) => showEvent(display, event),
        mayWait: createQuotaWait(context, options.timeout, () => display.progress.stop()),
        ...(options.basis === 'usage' ? { collector: usageCollector(usage, options.bucket ?? '1d') } : {}),
      },
    );
  } finally {
    display.progress.stop();
  }
}

function planDocument(plan: SyncPlan): PlanDocument {
  const { command, basis, span } = plan;
  return {
    dryRun: true,
    command,
    basis,
    ...span,
    organizations: plan.organizations.map(({ organization, windows, requests }) => ({
      provider: organization.provider,
      organizationId: organization.organizationId,
      name: organization.name,
      windows,
      requests,
    })),
  };
}
