import type { ProviderId } from './provider.js';

/** A key that programs call models with, as its provider lists it. Never the key itself. */
export interface ListedApiKey {
  id: string;
  name: string | null;
  /** As the provider shortens it. */
  hint: string | null;
  owner: ApiKeyOwner | null;
  /** The provider's project. */
  projectId: string | null;
  createdAt: Date | null;
  lastUsedAt: Date | null;
  /** Null while it can be used. */
  endedAt: Date | null;
}

/** As a provider lists its people. */
export type Person = Pick<ApiKeyOwner, 'id' | 'name' | 'email'>;

/** Who is behind a key. A person's name and e-mail address are personal data, kept only while a team wants them. */
export interface ApiKeyOwner {
  kind: 'user' | 'service_account';
  id: string;
  name: string | null;
  email: string | null;
}

/** A key of a team's organizations. */
export interface KnownApiKey extends ListedApiKey {
  provider: ProviderId;
  organizationId: string;
  organization: string;
  /** Ours, where one is tied to the provider's. */
  project: string | null;
}

/** A listing of an organization's keys. */
export interface ApiKeyListing {
  provider: ProviderId;
  organizationId: string;
  keys: readonly ListedApiKey[];
  /** Projects of which all keys are in the list: any other known key of them has ended. */
  projectIds: readonly string[];
}

export interface ApiKeyStore {
  /** The keys of a team's organizations, those that ended included. */
  list(teamId: string): Promise<KnownApiKey[]>;
  /** Whether names and e-mail addresses of people are kept. */
  keepsPeople(teamId: string): Promise<boolean>;
  /** Switched off, all that is kept of people but their ids goes. */
  keepPeople(teamId: string, keep: boolean): Promise<void>;
  /** How many keys a person is behind. */
  countOf(teamId: string, email: string): Promise<number>;
  /** Replaces a person's name and e-mail address wherever they stand, and does not take them again. @returns of how many keys */
  forget(teamId: string, email: string): Promise<number>;
}
