import type { KeyObject } from 'node:crypto';
import type { AccessStore, VaultRow } from '../domain/access.js';
import type { ProviderId } from '../domain/provider.js';
import type { Keychain } from './keychain.js';
import type { Actor } from './vault.js';

/** What the vault is given; the context's own objects fit. */
export interface VaultOptions {
  config: {
    home(): string;
    token: string | null;
    insecureStorage: boolean;
    baseUrls: Readonly<Record<ProviderId, string>>;
    keyVariables: string[] | null;
    tlsChecksOff: boolean;
    variable(name: string): string | undefined;
  };
  store: () => Promise<{
    access: () => Promise<AccessStore>;
    database: { kind: 'postgresql' | 'embedded'; label: string };
  }>;
  output: {
    interactive: boolean;
    note(line: string): void;
    redact(secret: string): void;
  };
  /** Tests put their own in its place. */
  keychain?: Keychain;
}

/** What the parts of the vault work with. */
export interface Tools extends VaultOptions {
  access: AccessStore;
  embedded: boolean;
  /** This machine and its user, for sessions and attempts. */
  place: { host: string; osUser: string };
  /** Where sessions are kept: the session file when it was agreed to, else the keychain. */
  keychain: Keychain;
}

/** Somebody who was let in. */
export interface Unlocked {
  actor: Actor;
  /** Null only for the embedded store before its first encrypted key. */
  vault: VaultRow | null;
  /** Null where there is no vault, and where the embedded store's keychain does not give it. */
  dataKey: KeyObject | null;
}
