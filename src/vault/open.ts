import { hostname, userInfo } from 'node:os';
import { createAuthentication } from './authentication.js';
import { createVaultKeys } from './key-rows.js';
import { openFolder, openKey } from './open-key.js';
import { createKeychain, NoKeychain, type Keychain } from './keychain.js';
import { createVaultLogins } from './logins.js';
import { createVaultMembers } from './members.js';
import { rotateLocally, rotateTeam } from './rotate-team.js';
import { createSessionFile, type SessionFile } from './session-file.js';
import { createVaultTokens } from './tokens.js';
import type { Tools, VaultOptions } from './tools.js';
import type { Vault } from './vault.js';
import { once } from '../domain/once.js';

/** No team's session has this name: it is asked for only to see whether there is a keychain. */
const PROBE = 'probe';

/** Opens the vault of a store. Neither store nor keychain is touched before something needs them. */
export function openVault(options: VaultOptions): Vault {
  const { config, output } = options;
  if (config.token !== null) output.redact(config.token);
  let insecure = config.insecureStorage;
  const file = createSessionFile(() => config.home());
  const keychain = chooseKeychain(options, file, () => insecure);
  const tools = once(async (): Promise<Tools> => {
    const { access, database } = await options.store();
    return { ...options, access: await access(), embedded: database.kind === 'embedded', place: thisPlace(), keychain };
  });
  const authentication = createAuthentication(tools);
  const orInFile = async (work: () => Promise<unknown>, agrees: () => Promise<boolean>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof NoKeychain) || !(await agrees())) throw error;
      insecure = true;
      await work();
    }
  };
  return {
    allowInsecureStorage: () => void (insecure = true),
    sessionFile: () => file.inUse(),
    adminKey: (organization) => openKey(authentication, organization),
    folder: (organization) => openFolder(authentication, organization),
    require: async (team, role) => (await authentication.require(team, role)).actor,
    requireRegistrar: async (team) => (await authentication.requireRegistrar(team)).actor,
    requireKeychain: (agrees) => orInFile(() => keychain.get(PROBE), agrees),
    // On a server somebody without a keychain is not logged in, which a file would not change.
    requireDataKey: (team, agrees) =>
      orInFile(
        () => authentication.requireDataKey(team, 'admin'),
        async () => (await tools()).embedded && agrees(),
      ),
    whoIs: async (team) => (await authentication.current(team))?.actor ?? null,
    keys: createVaultKeys(options, authentication),
    logins: createVaultLogins(options, authentication),
    members: createVaultMembers(authentication),
    tokens: createVaultTokens(authentication),
    async rotate(team) {
      const { embedded } = await tools();
      return embedded ? rotateLocally(authentication, team) : rotateTeam(authentication, team);
    },
    close: () => Promise.resolve(),
  };
}

/** The session file when it was agreed to or holds the entry already, else the operating system's keychain, asked once. */
function chooseKeychain({ output, keychain }: VaultOptions, file: SessionFile, insecure: () => boolean): Keychain {
  const system = keychain ?? createKeychain({ interactive: output.interactive, onWait: (line) => output.note(line) });
  const known = new Map<string, Promise<string | null>>();
  const ask = (account: string) => {
    const answer = known.get(account) ?? system.get(account);
    known.set(account, answer);
    return answer;
  };
  return {
    get: async (account) => (await file.get(account)) ?? (insecure() ? null : ask(account)),
    async set(account, text) {
      known.clear();
      await (insecure() ? file.set(account, text) : system.set(account, text));
    },
    async remove(account) {
      known.clear();
      const inFile = (await file.get(account)) !== null;
      await (inFile ? file.remove(account) : system.remove(account));
    },
  };
}

function thisPlace(): Tools['place'] {
  try {
    return { host: hostname(), osUser: userInfo().username };
  } catch {
    // A container may run under a user id that has no name.
    return { host: hostname(), osUser: 'unknown' };
  }
}
