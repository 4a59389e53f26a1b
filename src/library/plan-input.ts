import { isOtherReport } from '../domain/bill-source.js';
import type { CollectedDay, Organization } from '../domain/collection.js';
import { readAhead } from '../domain/coverage.js';
import type { CostProvider } from '../domain/cost-provider.js';
import { toDay, type Day } from '../domain/day.js';
import { expiryWarning } from '../domain/key-view.js';
import { organizationRef } from '../domain/organization.js';
import type { ProviderId } from '../domain/provider.js';
import { describeAhead } from '../domain/status.js';
import { reportsBeside } from '../sync/bill.js';
import type { PlanInput } from '../sync/plan.js';
import { CostsError } from '../errors.js';
import type { Job } from './job.js';
import { selectOrganizations } from './organizations.js';
import { whyNoUsage } from '../domain/usage.js';
import type { CollectRequest } from './requests.js';
import type { Workplace } from './workplace.js';

/** What an organization's provider answers at once. */
interface Reach {
  /** Days in one window. */
  days: number;
  requestsAWindow: number;
  /** Nothing is told of the days before; null where all of them are. */
  firstDay: Day | null;
}

type Adapter = Pick<CostProvider, 'maxDaysPerRequest' | 'firstDay' | 'usage' | 'keyedReports' | 'billReport'>;

/** What is read of files is cut by their billing periods. */
const FOLDER: Adapter = { maxDaysPerRequest: Infinity };
/** Of a provider that this version does not know: its days are due, and what is wrong is told when the turn comes to them. */
const UNKNOWN: Adapter = { maxDaysPerRequest: 31 };

/**
 * What a plan is made of: the organizations that were asked for, what is collected of them, and how far their providers
 * reach. Tells of keys that end and of reads that are dated in the future.
 * @throws CostsError when an organization that was named is not known
 */
export async function gather(work: Workplace, job: Job): Promise<PlanInput> {
  const { command, request, forced } = job;
  const organizations = await thoseThatTell(work, request, await selectOrganizations(work, request));
  const now = await work.clock();
  for (const organization of organizations) {
    const message = expiryWarning(organization, now);
    if (message !== null) request.onEvent?.({ type: 'key-expires', message });
  }
  const { basis = 'billed' } = request;
  const collected = new Map<string, CollectedDay[]>();
  const reach = new Map<string, Reach>();
  for (const organization of organizations) {
    const { keyId } = organization;
    const adapter = await adapterOf(work, organization);
    collected.set(keyId, await collectedDays(work, job, organization, adapter));
    reach.set(keyId, reachOf(job, organization, adapter, toDay(now)));
  }
  const { collection } = await work.store();
  const { id: teamId } = await work.team();
  const paused = await collection.pausedByQuota(teamId, { command, basis, forced });
  return {
    organizations,
    basis,
    resumedSince: byKey(organizations, paused),
    setOutFrom: command === 'sync' ? byKey(organizations, await collection.unfinishedSyncs(teamId, basis)) : new Map(),
    collected,
    today: toDay(now),
    maxDays: ({ keyId }) => reach.get(keyId)?.days ?? 1,
    requestsAWindow: ({ keyId }) => reach.get(keyId)?.requestsAWindow ?? 1,
    firstDay: ({ keyId }) => reach.get(keyId)?.firstDay ?? null,
  };
}

/** Of usage, the organizations whose providers tell it. @throws CostsError `usage` where one that does not was asked for, or none does */
async function thoseThatTell(
  work: Workplace,
  { basis, bucket = '1d', provider, organization, onEvent }: CollectRequest,
  organizations: Organization[],
): Promise<Organization[]> {
  if (basis !== 'usage') return organizations;
  const telling: Organization[] = [];
  const silent: string[] = [];
  for (const each of organizations) {
    const adapter = await adapterOf(work, each);
    const why = 'facts' in adapter ? whyNoUsage(adapter.facts.name, adapter.usage, bucket) : null;
    if (why === null) telling.push(each);
    else silent.push(`${each.name}: ${why}`);
  }
  if (telling.length === 0 || (silent.length > 0 && (provider ?? organization) !== undefined))
    throw new CostsError('usage', silent.join(' '));
  for (const why of silent) onEvent?.({ type: 'out-of-reach', message: `${why} It is left out.` });
  return telling;
}

async function adapterOf(work: Workplace, { source, provider }: Organization): Promise<Adapter | CostProvider> {
  if (source === 'path') return FOLDER;
  try {
    return await work.provider(provider);
  } catch (error) {
    if (error instanceof CostsError && error.code === 'failed') return UNKNOWN;
    throw error;
  }
}

async function collectedDays(
  work: Workplace,
  { request: { basis, bucket = '1d', onEvent } }: Job,
  organization: Organization,
  { usage }: Adapter,
): Promise<CollectedDay[]> {
  const store = await work.store();
  const days = await (basis === 'usage'
    ? store.usage.collectedDays(organization, bucket, usage?.endpoints ?? [])
    : store.collection.collectedDays(organization));
  const ahead = readAhead(days).length;
  if (ahead > 0) onEvent?.({ type: 'read-ahead', message: `${organization.name}: ${describeAhead(ahead)}` });
  return days;
}

function reachOf(
  { request: { basis, bucket = '1d' } }: Job,
  organization: Organization,
  adapter: Adapter,
  today: Day,
): Reach {
  const firstDay = adapter.firstDay?.(today) ?? null;
  if (basis === 'usage') {
    const { maxDays, requestsAWindow } = adapter.usage ?? { maxDays: () => 1, requestsAWindow: 0 };
    return { days: maxDays(bucket), requestsAWindow, firstDay };
  }
  return {
    days: adapter.maxDaysPerRequest,
    requestsAWindow: 1 + reportsBeside(adapter, organization).length,
    firstDay: isOtherReport(organization.billSource) ? (adapter.billReport?.firstDay(today) ?? null) : firstDay,
  };
}

/** What is known of some organizations, by `keyId`. */
function byKey<Since>(
  organizations: readonly Organization[],
  known: readonly { provider: ProviderId; organizationId: string; since: Since }[],
): Map<string, Since> {
  const since = new Map(known.map((each) => [organizationRef(each), each.since]));
  return new Map(
    organizations.flatMap((each): [string, Since][] => {
      const found = since.get(organizationRef(each));
      return found === undefined ? [] : [[each.keyId, found]];
    }),
  );
}
