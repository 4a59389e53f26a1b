import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyRow } from '../../src/domain/access.js';
import { Secret } from '../../src/domain/secret.js';
import type { Team } from '../../src/domain/team.js';
import type { Database } from '../../src/store/database.js';
import { createStore, type Store } from '../../src/store/store.js';
import type { Keychain } from '../../src/vault/keychain.js';
import { openVault } from '../../src/vault/open.js';
import type { VaultOptions } from '../../src/vault/tools.js';
import type { Vault } from '../../src/vault/vault.js';

export const PASSWORD = new Secret('correct horse battery staple');
export const OPENAI_KEY = 'sk-admin-Zq8vT2mN5xW7rK4pJ9sL';
export const ANTHROPIC_KEY = 'sk-ant-admin01-Hb6cY3dF8gQ1wE5tR7uI';

/** A keychain in memory: one machine. */
export function memoryKeychain(): Keychain & { entries: Map<string, string> } {
  const entries = new Map<string, string>();
  return {
    entries,
    get: (account) => Promise.resolve(entries.get(account) ?? null),
    set: (account, text) => Promise.resolve(void entries.set(account, text)),
    remove: (account) => Promise.resolve(void entries.delete(account)),
  };
}

export interface Desk {
  vault: Vault;
  store: Store;
  /** Everything that was said. */
  said: string[];
}

/** One process of one person: a vault opened on a database. */
export function openDesk(
  database: Database,
  config: Partial<VaultOptions['config']> = {},
  keychain: Keychain = memoryKeychain(),
  store: Store = createStore(database),
): Desk {
  const said: string[] = [];
  const vault = openVault({
    config: {
      home: () => join(tmpdir(), `costs-no-home-${randomUUID()}`),
      token: null,
      insecureStorage: false,
      baseUrls: { openai: 'https://api.openai.com/v1', anthropic: 'https://api.anthropic.com' },
      keyVariables: null,
      tlsChecksOff: false,
      variable: () => undefined,
      ...config,
    },
    store: () => Promise.resolve(store),
    output: {
      interactive: false,
      note: (line) => said.push(line),
      redact: () => undefined,
    },
    keychain,
  });
  return { vault, store, said };
}

export interface Founded extends Desk {
  team: Team;
  keychain: Keychain & { entries: Map<string, string> };
  recoveryCode: Secret;
}

/** A team with its first admin, admin@example.com, logged in. */
export async function foundTeam(database: Database, name = 'acme', email = 'admin@example.com'): Promise<Founded> {
  const keychain = memoryKeychain();
  const desk = openDesk(database, {}, keychain);
  const { created: _created, ...team } = await desk.store.teams.open(name);
  const { recoveryCode } = await desk.vault.logins.createVault(team, email, PASSWORD);
  await desk.vault.logins.keepSession();
  return { ...desk, team, keychain, recoveryCode };
}

/** Somebody at a machine of their own who logs in. */
export async function logIn(
  database: Database,
  email: string,
  password = PASSWORD,
  keychain = memoryKeychain(),
): Promise<Desk> {
  const desk = openDesk(database, {}, keychain);
  await desk.vault.logins.login(email, password);
  await desk.vault.logins.keepSession();
  return desk;
}

/** Registers an encrypted key. */
export async function addKey(
  { vault, team }: Pick<Founded, 'vault' | 'team'>,
  organizationId: string,
  key = OPENAI_KEY,
): Promise<KeyRow> {
  const provider = key.startsWith('sk-ant') ? 'anthropic' : 'openai';
  const input = {
    key: vault.keys.fromText(provider, key),
    variable: null,
    host: vault.keys.hostFor(provider, null),
    expiresAt: null,
  };
  const organization = { provider, organizationId, name: organizationId, billSource: 'key' as const };
  const [row] = await vault.keys.add(team, [organization], input);
  if (row === undefined) throw new Error('no key was added');
  return row;
}
