import type { KeyObject } from 'node:crypto';
import type { Role, VaultRow } from '../domain/access.js';
import type { Team } from '../domain/team.js';
import { NoKeychain } from './keychain.js';
import { NoSession } from './no-session.js';
import type { Tools, Unlocked } from './tools.js';
import { noRights, notLoggedIn, unlock, unlockForKeys } from './unlock.js';

/** Somebody with the data key at hand. */
export type WithDataKey = Unlocked & { vault: VaultRow; dataKey: KeyObject };

/** How the parts of the vault learn who is acting, and get the data key. Each team is unlocked once a process. */
export interface Authentication {
  tools(): Promise<Tools>;
  /** Who is logged in, or null. @throws CostsError `auth` when a session or token is there and refused */
  current(team: Team): Promise<Unlocked | null>;
  /** As `current`, and null also where no session can be reached: for checks that are made only with a data key at hand. */
  currentIfReachable(teamId: string): Promise<Unlocked | null>;
  /** @throws CostsError `auth` without the role */
  require(team: Team, role: Role): Promise<Unlocked>;
  /**
   * Who may register, switch or remove a key that stays in a variable: an admin; and on a machine that can keep no session
   * whoever has the database, which gives nothing that SQL would not. A row made so carries no seal: it serves jobs
   * without a session, and is refused where a data key is open.
   */
  requireRegistrar(team: Team): Promise<Unlocked>;
  /** As `require`, with a data key; the embedded store's is made when it has none. */
  requireDataKey(team: Team, role: Role): Promise<WithDataKey>;
  /** Forgets who was let in, after a change of data key or session. */
  forget(): void;
  /** Forgets a team whose data key another process has changed since it was unlocked. @returns whether that was so */
  forgetIfRotated(teamId: string): Promise<boolean>;
}

const RANK: Record<Role, number> = { member: 1, admin: 2 };

/** A run of twenty organizations asks the keychain one time. */
export function createAuthentication(tools: () => Promise<Tools>): Authentication {
  const known = new Map<string, Promise<Unlocked | null>>();
  const current = (team: Team) => {
    const unlocked = known.get(team.id) ?? tools().then((given) => unlock(given, team));
    known.set(team.id, unlocked);
    return unlocked;
  };
  const require = async (team: Team, role: Role): Promise<Unlocked> => {
    const unlocked = await current(team);
    const given = await tools();
    if (unlocked === null) throw notLoggedIn(given, await given.access.vault(team.id));
    if (RANK[unlocked.actor.role] < RANK[role]) throw noRights(unlocked.actor, role);
    return unlocked;
  };
  return {
    tools,
    current,
    require,
    async currentIfReachable(teamId) {
      try {
        return await current({ id: teamId, name: '' });
      } catch (error) {
        // Keys in variables are collected without a session; one that cannot be reached must not be needed for them.
        if (error instanceof NoSession) return null;
        throw error;
      }
    },
    async requireRegistrar(team) {
      try {
        return await require(team, 'admin');
      } catch (error) {
        const given = await tools();
        if (!(error instanceof NoSession) || !(await canKeepNone(given, team))) throw error;
        const label = `${given.place.osUser}@${given.place.host}, without a session`;
        return { actor: { kind: 'local', id: null, label, role: 'admin', until: null }, vault: null, dataKey: null };
      }
    },
    async requireDataKey(team, role) {
      const { actor, vault, dataKey } = await require(team, role);
      if (vault !== null && dataKey !== null) return { actor, vault, dataKey };
      const made = await unlockForKeys(await tools(), team);
      known.set(team.id, Promise.resolve(made));
      return made;
    },
    forget: () => known.clear(),
    async forgetIfRotated(teamId) {
      const unlocked = await known.get(teamId)?.catch(() => null);
      const { access } = await tools();
      if (unlocked?.vault == null || (await access.vault(teamId))?.generation === unlocked.vault.generation)
        return false;
      known.delete(teamId);
      return true;
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
