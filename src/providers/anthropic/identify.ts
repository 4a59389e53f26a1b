import { addDays, toDay, type Day } from '../../domain/day.js';
import type { BillReport } from '../../domain/cost-provider.js';
import type { ChildOrganization, KeyIdentity, ProviderCall } from '../../domain/provider.js';
import { CostsError } from '../../errors.js';
import { isNotAllowed, isNotFound, isUnsupported } from '../refusal.js';

/** Bills lag by a day or two; a probe asks for days that are surely there. */
const PROBE_DAYS_BACK = 7;
/** The longest span a request may ask for; who spent nothing in it is not told. */
const CHILDREN_DAYS = 30;
/** Children that are asked for by name, because they spent nothing or are left out. */
const MOST_ASKED = 100;

/** Anthropic has no narrower admin key, so that this holds of each. */
const ALWAYS_BROAD =
  'An admin key of Anthropic can do more than read usage: it manages members, workspaces and keys. Share it with no one else.';
const READS_ANALYTICS = [
  'This key reads no bill: what it reads is analytics/cost, which is after discounts and before credits, and may change for 30 days.',
  'It tells no day before 1 January 2026 or more than a year ago, no usage, and no names of workspaces and API keys.',
];
const NOT_ASKED = 'Whether it answers for other organizations, as the key of their parent, could not be asked:';

/** What is asked to find out whose a key is. */
export interface Questions {
  /** Whose it is, by the Admin API. */
  me: () => Promise<{ id: string; name: string | null }>;
  /** A day of the bill; what it says does not matter. */
  tryBill: (day: Day) => Promise<void>;
  report: BillReport;
  /** The names of a parent's children; refused to most keys. */
  listNames: () => Promise<{ id: string; name: string }[]>;
}

/**
 * Whose a key is and what it reads: an admin key the bill of its organization, an analytics key of the Enterprise plan the
 * analytics, and either may be that of a parent, whose analytics tell what its children spent.
 */
export async function identifyAnthropic(call: ProviderCall, now: Date, asked: Questions): Promise<KeyIdentity> {
  const today = toDay(now);
  const isAdminKey = call.key.reveal().startsWith('sk-ant-admin');
  const own = await attempt(
    () => asked.me(),
    (error) => !isAdminKey && isRefused(error),
  );
  const bill = await attempt(() => asked.tryBill(addDays(today, -PROBE_DAYS_BACK)), isRefused);
  const readsBill = bill.error === null;
  const family = await attempt(
    () => findChildren(call, today, isAdminKey, asked),
    () => true,
  );
  // The first refusal says what is wrong with a key that reads nothing at all.
  if (!readsBill && family.error !== null) throw own.error ?? bill.error;
  const others = (family.value ?? []).filter(({ organizationId }) => !readsBill || organizationId !== own.value?.id);
  const unasked = family.error?.code === 'unreachable' ? [`${NOT_ASKED} ${family.error.message}`] : [];
  return {
    organizationId: own.value?.id ?? null,
    organizationName: own.value?.name ?? null,
    canListProjects: readsBill,
    expiresAt: null,
    warnings: [...(readsBill ? [] : READS_ANALYTICS), ...unasked, ...(isAdminKey ? [ALWAYS_BROAD] : [])],
    ...(readsBill ? {} : { billSource: others.length > 0 ? null : ('report' as const) }),
    ...(others.length > 0 ? { children: others } : {}),
  };
}

async function findChildren(
  call: ProviderCall,
  today: Day,
  isAdminKey: boolean,
  { report, listNames }: Questions,
): Promise<ChildOrganization[]> {
  const [first, wanted] = [report.firstDay(today), addDays(today, -CHILDREN_DAYS)];
  const span = { since: first > wanted ? first : wanted, until: addDays(today, -1) };
  const found = new Set<string>();
  for await (const { lines } of report.fetchTotals(call, span, 'all'))
    for (const { organizationId } of lines) if (organizationId !== null) found.add(organizationId);
  // An admin key may not list them, and names are an ornament.
  if (found.size === 0 && isAdminKey) return [];
  const { value } = await attempt(
    () => listNames(),
    () => true,
  );
  const names = new Map((value ?? []).map(({ id, name }) => [id, name]));
  const told = [...found].map((id) => ({ organizationId: id, name: names.get(id) ?? null, leftOut: null }));
  const silent = [...names].filter(([id]) => !found.has(id)).slice(0, MOST_ASKED);
  return [...told, ...(await askByName(silent, (id) => drain(report.fetchTotals(call, span, [id]))))];
}

/** A child with HIPAA readiness that is named is a 400 with the reason; one that spent nothing is an answer without rows. */
async function askByName(
  names: readonly [id: string, name: string][],
  ask: (id: string) => Promise<void>,
): Promise<ChildOrganization[]> {
  const children: ChildOrganization[] = [];
  for (const [organizationId, name] of names) {
    const { error } = await attempt(() => ask(organizationId), isUnsupported);
    children.push({ organizationId, name, leftOut: error?.message ?? null });
  }
  return children;
}

async function drain(pages: AsyncIterable<unknown>): Promise<void> {
  for await (const page of pages) void page;
}

/** The key is not allowed this, or there is no such thing for it. */
function isRefused(error: CostsError): boolean {
  return error.code === 'auth' || isNotAllowed(error) || isNotFound(error) || isUnsupported(error);
}

async function attempt<Value>(
  work: () => Promise<Value>,
  isAnswer: (error: CostsError) => boolean,
): Promise<{ value: Value; error: null } | { value: null; error: CostsError }> {
  try {
    return { value: await work(), error: null };
  } catch (error) {
    if (error instanceof CostsError && error.code !== 'interrupted' && isAnswer(error)) return { value: null, error };
    throw error;
  }
}
