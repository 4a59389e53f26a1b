import type { ProviderId } from './provider.js';

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
}

export interface OrganizationStore {
  /** A team's organizations, those without a key included, by provider and name. */
  list(teamId: string): Promise<RegisteredOrganization[]>;
  /** In whichever team. */
  find(provider: ProviderId, organizationId: string): Promise<RegisteredOrganization | null>;
}
