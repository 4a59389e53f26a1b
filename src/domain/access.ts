import type { Organization } from './collection.js';
import type { OrganizationStore } from './organization.js';
import type { ProviderId } from './provider.js';

/** What a login or a token may do: an admin manages keys, members and tokens; a member uses keys. Reading the figures needs no login. */
export const ROLES = ['admin', 'member'] as const;
export type Role = (typeof ROLES)[number];

export interface Member {
  id: string;
  teamId: string;
  email: string;
  /** As the row says, which anything can have written; what counts is the role that a slot's seal gives. */
  role: string;
}

/** A registered key as it is stored: an organization and what protects its key. */
export interface KeyRow extends Organization {
  /** Versioned ciphertext, for keys in the vault. */
  encryptedKey: string | null;
  /** The data key's generation that sealed it. */
  generation: number | null;
  /** HMAC over what the row claims; null only where no data key exists. */
  mac: string | null;
  /** Since when somebody who left could have read it. */
  exposedAt: Date | null;
}

/** What a key row says of its key; the rest of the row stays when a key is rotated. */
export type KeyMaterial = Pick<
  KeyRow,
  | 'billSource'
  | 'source'
  | 'variable'
  | 'lastFour'
  | 'host'
  | 'expiresAt'
  | 'encryptedKey'
  | 'generation'
  | 'mac'
  | 'exposedAt'
>;

export interface VaultRow {
  teamId: string;
  /** Names the keychain entry of its sessions. */
  id: string;
  generation: number;
  /** Of versions that had viewers, and empty since; the HMAC of their rows covers it. */
  publicKey: string;
  mac: string;
}

export type SlotKind = 'password' | 'recovery' | 'reset' | 'token';

/** What a password, a token or a code yields: a public key, and the data key sealed to it. */
export interface SlotRow {
  id: string;
  teamId: string;
  kind: SlotKind;
  userId: string | null;
  tokenId: string | null;
  generation: number;
  kdf: string;
  publicKey: string;
  /** Null only in rows of an earlier version's viewers, and opens nothing then. */
  sealedKey: string | null;
  /** HMAC over what the row claims and over its owner's name and role. */
  mac: string | null;
  /** An initial password that somebody else knows. */
  mustChange: boolean;
  expiresAt: Date | null;
}

export interface TokenRow {
  id: string;
  teamId: string;
  name: string;
  /** As the row says; what counts is the role that its slot's seal gives. */
  role: string;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

export interface SessionRow {
  id: string;
  teamId: string;
  /** Null for the embedded store, which has no logins. */
  userId: string | null;
  /** Opens what the keychain holds. */
  sessionKey: string;
  host: string;
  osUser: string;
  /** Null for the embedded store. */
  expiresAt: Date | null;
}

/** How a login attempt ended; `charged` until its answer is known, and for ever when its process died before. */
export type LoginReason =
  | 'ok'
  | 'bad_password'
  | 'unknown_email'
  | 'locked'
  | 'token_revoked'
  | 'token_expired'
  | 'charged'
  /** An admin ended a lock. */
  | 'unlocked';

export interface LoginAttempt {
  id: string;
  /** Canonical form. */
  email: string;
  teamId: string | null;
  attemptedAt: Date;
  host: string | null;
  osUser: string | null;
  dbUser: string;
  dbAddress: string | null;
  success: boolean;
  reason: LoginReason;
}

export type NewLoginAttempt = Pick<LoginAttempt, 'id' | 'email' | 'teamId' | 'host' | 'osUser' | 'success' | 'reason'>;

export interface AuditEntry {
  teamId: string;
  actor: string;
  action: string;
  subject: string | null;
}

export interface KeyRows {
  /** By provider and name. */
  list(teamId: string): Promise<KeyRow[]>;
  /** Of all teams. */
  listAll(): Promise<KeyRow[]>;
  get(id: string): Promise<KeyRow | null>;
  /** Whoever registered it, in whichever team. */
  findOrganization(provider: ProviderId, organizationId: string): Promise<KeyRow | null>;
  /** @throws CostsError `conflict` when the organization is registered already, in this team or another. */
  add(row: KeyRow): Promise<void>;
  setMaterial(id: string, material: KeyMaterial): Promise<void>;
  setActive(id: string, isActive: boolean): Promise<void>;
  /** The same key, sealed for another organization id. */
  setOrganization(id: string, organizationId: string, material: KeyMaterial): Promise<void>;
  remove(id: string): Promise<void>;
  /** Notes that keys were used now, by the database's clock. */
  touch(ids: string[]): Promise<void>;
}

export interface MemberRows {
  list(teamId: string): Promise<Member[]>;
  get(id: string): Promise<Member | null>;
  /** By canonical email, in any team. */
  findByEmail(email: string): Promise<Member | null>;
  add(member: Member): Promise<void>;
  /** For readers of the database: what counts is sealed. A row that may be another program's keeps what that says. */
  setRole(id: string, role: Role): Promise<void>;
  /** Whether the rows may be those of the program whose tables were adopted. */
  areShared(): Promise<boolean>;
  /** With their logins and sessions; a row that may be another program's stays, as much of its own may hang on it. */
  remove(id: string): Promise<void>;
}

export interface SlotRows {
  list(teamId: string): Promise<SlotRow[]>;
  ofMember(userId: string): Promise<SlotRow[]>;
  ofToken(tokenId: string): Promise<SlotRow | null>;
  add(row: SlotRow): Promise<void>;
  replace(row: SlotRow): Promise<void>;
  remove(ids: string[]): Promise<void>;
  /** Ids of the members and tokens that were viewers in an earlier version: their slots are kept apart and open nothing. */
  formerViewers(teamId: string): Promise<Set<string>>;
  /** Deletes slots whose time is over, by the database's clock. */
  removeExpired(teamId: string): Promise<number>;
}

export interface TokenRows {
  list(teamId: string): Promise<TokenRow[]>;
  get(id: string): Promise<TokenRow | null>;
  add(row: Omit<TokenRow, 'createdAt' | 'lastUsedAt' | 'revokedAt'>): Promise<void>;
  revoke(id: string): Promise<void>;
  touch(id: string): Promise<void>;
}

export interface SessionRows {
  get(id: string): Promise<SessionRow | null>;
  /** Whether this operating-system user has a session that is not over, on any host: hosts change their names. */
  hasOpen(teamId: string, osUser: string): Promise<boolean>;
  add(row: SessionRow): Promise<void>;
  remove(id: string): Promise<void>;
  removeOfMember(userId: string): Promise<void>;
  removeOfTeam(teamId: string): Promise<void>;
}

export interface LoginRows {
  /** Waits until no other attempt of this email is being charged; held until the transaction ends. */
  lockEmail(email: string): Promise<void>;
  add(attempt: NewLoginAttempt): Promise<void>;
  /** Answers a charged attempt, once. */
  answer(id: string, reason: 'ok' | 'bad_password' | 'unknown_email'): Promise<void>;
  /** The latest attempts that count towards a lock, newest first, and how old each is in seconds. */
  recentFailures(email: string, count: number): Promise<{ ageSeconds: number; charged: boolean }[]>;
  list(teamId: string, filter: { failedOnly: boolean; since: Date | null }): Promise<LoginAttempt[]>;
  /** Removes what is older than the team's setting; and of unknown emails, which are no team's, than the longest of all. */
  prune(teamId: string): Promise<void>;
}

/** Everything the vault reads and writes, on one connection or in one transaction. */
export interface AccessRows {
  readonly keys: KeyRows;
  readonly organizations: OrganizationStore;
  readonly members: MemberRows;
  readonly slots: SlotRows;
  readonly tokens: TokenRows;
  readonly sessions: SessionRows;
  readonly logins: LoginRows;
  /** The database's clock. */
  clock(): Promise<Date>;
  vault(teamId: string): Promise<VaultRow | null>;
  /**
   * As `vault`, and keeps every other writer of this vault and its sessions out until the transaction ends; also where
   * there is no vault yet. It asks for no right to change anything.
   */
  lockVault(teamId: string): Promise<VaultRow | null>;
  createVault(row: VaultRow): Promise<void>;
  /** With its sessions. */
  removeVault(teamId: string): Promise<void>;
  /** What the row says of the current data key: its generation, public key and mac. */
  renewVault(row: VaultRow): Promise<void>;
  setLoginRetentionDays(teamId: string, days: number): Promise<void>;
  audit(entry: AuditEntry): Promise<void>;
}

/** What the vault needs of the store. */
export interface AccessStore extends AccessRows {
  /** All or nothing. Nothing else of the store may be awaited inside. */
  transact<T>(work: (rows: AccessRows) => Promise<T>): Promise<T>;
}
