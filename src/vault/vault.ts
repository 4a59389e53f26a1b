import type { KeyRow, LoginAttempt, Member, Role, TokenRow } from '../domain/access.js';
import type { Organization } from '../domain/collection.js';
import type { BillSource } from '../domain/bill-source.js';
import type { OrganizationKey, RegisteredOrganization } from '../domain/organization.js';
import type { ProviderId } from '../domain/provider.js';
import type { PurgeCounts } from '../domain/purge.js';
import type { Secret } from '../domain/secret.js';
import type { Team } from '../domain/team.js';

/** Who is at work. */
export interface Actor {
  /** `local` is whoever holds the embedded store, which has no logins. */
  kind: 'member' | 'token' | 'local';
  /** Of the member or the token; null for `local`. */
  id: string | null;
  /** The email, or the token's name. */
  label: string;
  role: Role;
  /** When the session or the token ends; null for `local`. */
  until: Date | null;
}

/** Keys at rest and who may unlock them. Nothing is asked of a keychain before it is needed. */
export interface Vault {
  /** The user agreed to a session file instead of a keychain. */
  allowInsecureStorage(): void;
  /** The file in which this machine keeps a session in plain text; null where it keeps none so. */
  sessionFile(): Promise<string | null>;
  /**
   * The admin key of an organization, checked against the host it would now be sent to.
   * @throws CostsError `auth` when it may not be sent there, cannot be opened, or was changed outside costs
   */
  adminKey(organization: Organization): Promise<Secret>;
  /** The folder that an organization's files are read from. @throws CostsError `auth` when its row was changed outside costs */
  folder(organization: Organization): Promise<string>;
  /**
   * Who is at work, once it is clear that they have a role; the embedded store lets everybody.
   * @throws CostsError `auth` without a session or a token, or without the rights
   */
  require(team: Team, role: Role): Promise<Actor>;
  /** As `require(team, 'admin')`; where this machine can keep no session, whoever has the database may register variables. */
  requireRegistrar(team: Team): Promise<Actor>;
  /**
   * Makes sure that a session could be kept, before somebody types a password; the store is not asked.
   * @param agrees asked where only a session file could keep it
   * @throws CostsError `auth`
   */
  requireKeychain(agrees: () => Promise<boolean>): Promise<void>;
  /**
   * Makes sure that a key could be kept encrypted, before somebody types it.
   * @param agrees asked where only a session file is in the way of that, as in the embedded store without a keychain
   * @throws CostsError `auth`
   */
  requireDataKey(team: Team, agrees: () => Promise<boolean>): Promise<void>;
  /** Who is at work, or null when nobody logged in. @throws CostsError `auth` when a session or token is there and refused */
  whoIs(team: Team): Promise<Actor | null>;
  readonly keys: VaultKeys;
  readonly logins: VaultLogins;
  readonly members: VaultMembers;
  readonly tokens: VaultTokens;
  /** A new data key for a team; everything is encrypted again and every session ends. */
  rotate(team: Team): Promise<RotationResult>;
  close(): Promise<void>;
}

/** What a change of data key did; what was changed outside costs is not carried over. */
export interface RotationResult {
  generation: number;
  keys: number;
  slots: number;
  /** Logins, tokens and codes that were dropped, in words. */
  dropped: string[];
  /** Ids of the organizations whose keys have to be put in again. */
  altered: string[];
}

/** What a new or rotated key is: in the vault, outside the store in a variable, or a folder of files in place of one. */
export interface KeyInput {
  /** Null for a folder, which needs none. */
  key: Secret | null;
  /** The variable that holds it, or the folder; null for a key to be encrypted. */
  variable: string | null;
  host: string;
  expiresAt: Date | null;
}

export interface NewOrganization {
  provider: ProviderId;
  organizationId: string;
  name: string;
  billSource: BillSource;
  /** Default: true. */
  isActive?: boolean;
}

export interface VaultKeys {
  /** Reads a key from a variable. @throws CostsError `auth`, with nothing of the value in it */
  fromVariable(provider: ProviderId, name: string): Secret;
  /** Whose key it is, by how it begins. */
  providerInVariable(name: string): ProviderId;
  providerOfText(text: string): ProviderId;
  /** Reads a key that was typed or piped. @throws CostsError `usage` */
  fromText(provider: ProviderId, text: string): Secret;
  /** The host a new key is bound to. @throws CostsError `usage` when the base URL leads to one that was not allowed */
  hostFor(provider: ProviderId, allowed: string | null): string;
  /** Registers organizations that one key answers for, all or none. @throws CostsError `conflict` when one is registered already */
  add(team: Team, organizations: readonly NewOrganization[], input: KeyInput): Promise<KeyRow[]>;
  /** Swaps the key of organizations that share one, all or none; what their bills are read from is as the rows given say. */
  replace(rows: readonly KeyRow[], input: KeyInput): Promise<void>;
  /** This row and those that are collected with the same key, where it is a parent's. */
  sharing(row: KeyRow): Promise<KeyRow[]>;
  /** The organization of the team that this key is registered for already. */
  registeredFor(team: Team, provider: ProviderId, input: KeyInput): Promise<KeyRow | null>;
  /** The key of a row, to be sealed in another vault; it is not checked where it would be sent. */
  takeOut(row: KeyRow): Promise<Secret>;
  /** Seals rows that name a variable and came from another store, as they are: the caller trusts them. */
  sealUnsealed(team: Team): Promise<void>;
  setActive(row: KeyRow, active: boolean): Promise<void>;
  remove(row: KeyRow): Promise<void>;
  rename(organization: OrganizationKey, name: string): Promise<void>;
  /** Files an organization under another id, and seals its key for that one. @throws CostsError `conflict` as `OrganizationStore.move` */
  move(organization: RegisteredOrganization, to: string): Promise<PurgeCounts>;
  /** Removes an organization and all that was collected of it, whether it still has a key or not. */
  purge(organization: RegisteredOrganization): Promise<PurgeCounts>;
}

export interface VaultLogins {
  /**
   * Gives a team its data key and its first admin.
   * @returns a recovery code, to be shown once
   * @throws CostsError `conflict` when the team has a data key or the email belongs to another team
   */
  createVault(team: Team, email: string, password: Secret): Promise<{ recoveryCode: Secret; actor: Actor }>;
  /** @throws CostsError `conflict` when the team has a data key: before anybody is asked for a password */
  requireNoVault(team: Team): Promise<void>;
  /** @throws CostsError `usage` for text that is no email; nothing is recorded then */
  parseEmail(text: string): string;
  /** A member by email or id. @throws CostsError `usage` */
  parseMember(text: string): string;
  /** A password to be set. @throws CostsError `usage` */
  parseNewPassword(text: string): Secret;
  /** A password or a code to be tried. @throws CostsError `usage` */
  parsePassword(text: string): Secret;
  /** Keeps a session of the person that `createVault` or `login` let in. @throws CostsError `auth` without a keychain or consent */
  keepSession(): Promise<Date | null>;
  /** @throws CostsError `auth`, the same for a wrong password and an unknown email */
  login(email: string, password: Secret): Promise<{ actor: Actor; teamId: string; mustChange: boolean }>;
  /** Ends this machine's session of a team. @returns whether there was one */
  logout(team: Team): Promise<boolean>;
  /** Sets a new password; the old one is the proof. Sessions of the member end, but this one. */
  changePassword(email: string, old: Secret, wanted: Secret): Promise<void>;
  /** Sets a new password by a one-time code, or by the team's recovery code, which is replaced. */
  redeemCode(email: string, code: Secret, wanted: Secret): Promise<{ recoveryCode: Secret | null }>;
  list(team: Team, filter: { failedOnly: boolean; since: Date | null }): Promise<LoginAttempt[]>;
  unlock(team: Team, email: string): Promise<void>;
  /** Sets how long attempts are kept, and prunes. */
  keepFor(team: Team, days: number): Promise<void>;
}

export interface MemberView extends Member {
  /**
   * Whether there is a login, and what about it: an initial password that an admin knows too, a one-time code, one that was
   * changed outside costs, or that of a viewer of an earlier version; the last two open nothing.
   */
  state: 'ok' | 'initial-password' | 'reset' | 'changed' | 'viewer' | 'no-login';
}

/** What came of a change of rights. */
export interface AccessChange extends Pick<RotationResult, 'dropped' | 'altered'> {
  /** The data key was changed. */
  rotated: boolean;
  /** Ids of the organizations whose keys could have been read. */
  exposed: string[];
}

export interface VaultMembers {
  list(team: Team): Promise<MemberView[]>;
  add(team: Team, email: string, role: Role, password: Secret): Promise<Member>;
  setRole(team: Team, email: string, role: Role): Promise<AccessChange>;
  /** Who would go with `remove`, which refuses whom this refuses. */
  leaving(team: Team, email: string): Promise<Member>;
  remove(team: Team, email: string): Promise<AccessChange>;
  /** Ends the password and gives a one-time code for a new one, valid for a day. */
  reset(team: Team, email: string): Promise<{ code: Secret; expiresAt: Date }>;
}

export interface TokenListing extends TokenRow {
  /** Why it opens nothing, beyond its dates: its slot was changed outside costs, or was a viewer's of an earlier version. */
  problem: 'changed' | 'viewer' | null;
}

export interface VaultTokens {
  list(team: Team): Promise<TokenListing[]>;
  create(
    team: Team,
    wanted: { name: string; role: Role; days: number },
  ): Promise<{ token: Secret; row: Omit<TokenRow, 'createdAt' | 'lastUsedAt' | 'revokedAt'> }>;
  /** What `revoke` would end. */
  find(team: Team, nameOrId: string): Promise<TokenRow>;
  revoke(team: Team, nameOrId: string): Promise<AccessChange & { row: TokenRow }>;
}
