import type { Organization } from '../domain/collection.js';
import { daysOf, spansOf, type DaySpan } from '../domain/day.js';
import { CostsError } from '../errors.js';
import { toWindows, type OrganizationPlan } from './plan.js';
import type { SyncDependencies } from './work.js';

/** Organizations that are collected with one key, in one set of requests and under one lease: mostly one by itself. */
export interface Party {
  plans: readonly OrganizationPlan[];
  /** Those of the plans, and others that share the key and are not collected now: nobody else uses it meanwhile. */
  holds: readonly Organization[];
}

/** Keys of organizations that their parent's key collects, by `keyId`; null for one that cannot be had. */
export type ParentKeys = ReadonlyMap<string, string | null>;

/** Those of other providers than a run's share no key with its organizations, and may need a session that it does without. */
export async function readParentKeys(
  { adminKey, children }: Pick<SyncDependencies, 'adminKey' | 'children'>,
  plans: readonly OrganizationPlan[],
): Promise<ParentKeys> {
  const providers = new Set(plans.map(({ organization }) => organization.provider));
  const keys = new Map<string, string | null>();
  for (const child of children.filter(({ provider }) => providers.has(provider))) {
    try {
      keys.set(child.keyId, (await adminKey(child)).reveal());
    } catch (error) {
      // Whoever collects that organization is told why.
      if (!(error instanceof CostsError)) throw error;
      keys.set(child.keyId, null);
    }
  }
  return keys;
}

/** Puts those together that one key answers for: the key itself tells which they are. */
export function toParties(
  plans: readonly OrganizationPlan[],
  children: readonly Organization[],
  keys: ParentKeys,
): Party[] {
  const parties = new Map<string, { plans: OrganizationPlan[]; holds: readonly Organization[] }>();
  for (const plan of plans) {
    const { organization } = plan;
    const key = keys.get(organization.keyId) ?? null;
    const id = key === null ? organization.keyId : `${organization.provider} ${key}`;
    const sharing = children.filter(
      ({ keyId, provider }) => provider === organization.provider && keys.get(keyId) === key,
    );
    const party = parties.get(id) ?? { plans: [], holds: key === null ? [organization] : sharing };
    party.plans.push(plan);
    parties.set(id, party);
  }
  return [...parties.values()];
}

/** Windows of a party, and those of each organization cut at their edges, so that one answer serves all that have days in it. */
export function cutTogether(
  plans: readonly OrganizationPlan[],
  maxDays: number,
): { windows: DaySpan[]; plans: OrganizationPlan[] } {
  const daysBy = plans.map(({ windows }) => windows.flatMap(daysOf));
  const windows = toWindows([...new Set(daysBy.flat())].sort(), maxDays);
  const cut = plans.map((plan, index) => ({
    ...plan,
    windows: windows.flatMap(({ since, until }) =>
      spansOf((daysBy[index] ?? []).filter((day) => day >= since && day <= until)),
    ),
  }));
  return { windows, plans: cut };
}
