import type { BillSource } from './bill-source.js';
import type { ProviderId } from './provider.js';
import type { PurgeCounts } from './purge.js';
import type { Scope } from './scope.js';

/** An organization that a team registered. It outlives its key, and everything that was read of it hangs on it. */
export interface RegisteredOrganization {
  provider: ProviderId;
  organizationId: string;
  teamId: string;
  /** What people call it. */
  name: string;
  /** Whether a key is stored for it, and that key collects. */
  hasKey: boolean;
  isActive: boolean;
  /** When its key ends, where that is known. */
  expiresAt: Date | null;
  /** The export that its files come from, by its own name; null for loose files, and for what is asked with a key. */
  export: string | null;
  billSource: BillSource;
}

/** What becomes of provider projects first seen: all are linked at once, under their own names, or a person links them. */
export const LINK_POLICIES = ['all', 'none'] as const;
export type LinkPolicy = (typeof LINK_POLICIES)[number];

/** Which organization, and whose it must be. */
export type OrganizationKey = Pick<RegisteredOrganization, 'provider' | 'organizationId' | 'teamId'>;

/** One text for an organization, empty for none: ids are the providers' own, and two of them may use the same. */
export function organizationRef({ provider, organizationId }: OrganizationIds): string {
  return organizationId == null ? '' : `${provider ?? ''} ${organizationId}`;
}

/** As rows of spend tell them; those of the old system have none. */
interface OrganizationIds {
  provider?: string | null;
  organizationId?: string | null;
}

export interface OrganizationStore {
  /** A team's organizations, those without a key included, by provider and name. */
  list(teamId: string): Promise<RegisteredOrganization[]>;
  /** In whichever team. */
  find(provider: ProviderId, organizationId: string): Promise<RegisteredOrganization | null>;
  /** From now on; what is there already stays as it is. Only of the team's own. */
  setLinkPolicy(teamId: string, provider: ProviderId, organizationId: string, policy: LinkPolicy): Promise<void>;
  /** What people call it from now on. @throws CostsError `conflict` when it is not of the team any more */
  rename(organization: OrganizationKey, name: string): Promise<void>;
  /**
   * Registers an organization whose figures come from files; one that is the team's already stays as it is.
   * @returns what it is called
   * @throws CostsError `conflict` where it is another team's, or its figures are collected with a key
   */
  addFiles(
    organization: Pick<RegisteredOrganization, 'provider' | 'organizationId' | 'teamId' | 'name'>,
  ): Promise<string>;
  /** What of its bill is read from now on. */
  setScope(organization: OrganizationKey, scope: Scope): Promise<void>;
  /** What `purge` would remove. @throws CostsError `conflict` as it does */
  holdings(organization: RegisteredOrganization): Promise<PurgeCounts>;
  /**
   * Removes an organization with its key and all that was collected of it, legacy rows never. Any team may register it then.
   * @throws CostsError `conflict` while another team's projects hold some of it, or while it is being collected
   */
  purge(organization: RegisteredOrganization): Promise<PurgeCounts>;
  /**
   * Files all that was collected of an organization under another id, which then has what the first one had: key, links and
   * link policy. A name and a key that the other one has already are kept, and the first one's forgotten.
   * @throws CostsError `conflict` where the other one has days or projects of its own, and as `purge` does
   */
  move(organization: RegisteredOrganization, to: string): Promise<PurgeCounts>;
}
