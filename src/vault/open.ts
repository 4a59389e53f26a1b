import { hostname, userInfo } from 'node:os';
import type { Role } from '../domain/access.js';
import type { Team } from '../domain/team.js';
import { createVaultKeys, openKey, type Doors } from './key-rows.js';
import { createKeychain, NoKeychain, type Keychain } from './keychain.js';
import { createVaultLogins } from './logins.js';
import { createVaultMembers } from './members.js';
import { rotateLocally, rotateTeam } from './rotate-team.js';
import { createSessionFile } from './session-file.js';
import { NoSession } from './no-session.js';
import { createVaultTokens } from './tokens.js';
import type { Tools, VaultOptions } from './tools.js';
import { noRights, notLoggedIn, unlock, unlockForKeys, type Unlocked } from './unlock.js';
import type { Vault } from './vault.js';

const RANK: Record<Role, number> = { viewer: 0, member: 1, admin: 2 };

/** Opens the vault of a store. Neither store nor keychain is touched before something needs them. */
export function openVault(options: VaultOptions): Vault {
  const { config, output } = options;
  if (config.token !== null) output.redact(config.token);
  let insecure = config.insecureStorage;
  const keychain = chooseKeychain(options, () => insecure);
  const tools = once(async (): Promise<Tools> => {
    const { access, database } = await options.store();
    return { ...options, access, embedded: database.kind === 'embedded', place: thisPlace(), keychain };
  });
  const doors = createDoors(tools);
  return {
    allowInsecureStorage: () => void (insecure = true),
    keyOf: (organization) => openKey(doors, organization),
    require: async (team, role) => (await doors.admit(team, role)).actor,
    requireRegistrar: async (team) => (await doors.registrar(team)).actor,
    whoIs: async (team) => (await doors.let(team))?.actor ?? null,
    keys: createVaultKeys(options, doors),
    logins: createVaultLogins(options, doors),
    members: createVaultMembers(doors),
    tokens: createVaultTokens(doors),
    async rotate(team) {
      const { embedded } = await tools();
      return embedded ? rotateLocally(doors, team) : rotateTeam(doors, team);
    },
    close: () => Promise.resolve(),
  };
}

interface AllDoors extends Doors {
  let(team: Team): Promise<Unlocked | null>;
  admit(team: Team, role: Role): Promise<Unlocked>;
}

/** Each team is unlocked once a process; a run of twenty organizations asks the keychain one time. */
function createDoors(tools: () => Promise<Tools>): AllDoors {
  const open = new Map<string, Promise<Unlocked | null>>();
  const letIn = (team: Team) => {
    const known = open.get(team.id) ?? tools().then((given) => unlock(given, team));
    open.set(team.id, known);
    return known;
  };
  const admit = async (team: Team, role: Role): Promise<Unlocked> => {
    const unlocked = await letIn(team);
    const given = await tools();
    if (unlocked === null) throw notLoggedIn(given, await given.access.vault(team.id));
    if (RANK[unlocked.actor.role] < RANK[role]) throw noRights(unlocked.actor, role);
    return unlocked;
  };
  const withDataKey = async (team: Team, role: Role) => {
    const { actor, vault, dataKey } = await admit(team, role);
    if (vault !== null && dataKey !== null) return { actor, vault, dataKey };
    const made = await unlockForKeys(await tools(), team);
    open.set(team.id, Promise.resolve(made));
    return made;
  };
  return {
    tools,
    let: letIn,
    admit,
    forget: () => open.clear(),
    admin: (team) => admit(team, 'admin'),
    async registrar(team) {
      try {
        return await admit(team, 'admin');
      } catch (error) {
        const given = await tools();
        if (!(error instanceof NoSession) || !(await canKeepNone(given, team))) throw error;
        const label = `${given.place.osUser}@${given.place.host}, without a session`;
        return { actor: { kind: 'local', id: null, label, role: 'admin', until: null }, vault: null, dataKey: null };
      }
    },
    adminWithDataKey: (team) => withDataKey(team, 'admin'),
    member: (teamId) => withDataKey({ id: teamId, name: '' }, 'member'),
    async visitor(teamId) {
      try {
        return await letIn({ id: teamId, name: '' });
      } catch (error) {
        // Keys in variables are collected without a session; one that cannot be reached must not be needed for them.
        if (error instanceof NoSession) return null;
        throw error;
      }
    },
  };
}

/** Whether a machine has no keychain, so that nobody could log in on it. */
async function canKeepNone({ access, keychain }: Tools, team: Team): Promise<boolean> {
  const vault = await access.vault(team.id);
  if (vault === null) return false;
  try {
    await keychain.get(vault.id);
    return false;
  } catch (error) {
    if (error instanceof NoKeychain) return true;
    throw error;
  }
}

/** The session file when it was agreed to or holds the entry already, else the operating system's keychain, asked once. */
function chooseKeychain({ config, output, keychain }: VaultOptions, insecure: () => boolean): Keychain {
  const file = createSessionFile(
    config.home,
    onceALine((line) => output.warn(line)),
  );
  const system = keychain ?? createKeychain({ interactive: output.interactive, onWait: (line) => output.warn(line) });
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

function onceALine(say: (line: string) => void): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line)) return;
    said.add(line);
    say(line);
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

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
