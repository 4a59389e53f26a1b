import type { KeyObject } from 'node:crypto';
import type { VaultRow } from '../domain/access.js';
import type { Team } from '../domain/team.js';
import { CostsError } from '../errors.js';
import { createLocalVault } from './create.js';
import { checkVault } from './mac.js';
import { NoKeychain } from './keychain.js';
import { NoSession } from './no-session.js';
import { findSession } from './sessions.js';
import type { Tools, Unlocked } from './tools.js';
import type { Actor } from './vault.js';

const LOCAL: Actor = { kind: 'local', id: null, label: 'the embedded store', role: 'admin', until: null };

const LOST = "The embedded store's data key is not in this machine's keychain; its keys cannot be opened.";
const WITHOUT_LOGIN =
  'Leave the key in a variable (--from-env). Or, to allow a file that only you can read: costs keys add --insecure-storage';

/**
 * The embedded store lets everybody in who can open it. Without a keychain there is no data key, and everything else
 * goes on: keys in variables are collected, and a key that nobody can open is removed.
 */
export async function unlockLocally(tools: Tools, vault: VaultRow | null): Promise<Unlocked> {
  if (vault === null) return { actor: LOCAL, vault, dataKey: null };
  try {
    return { actor: LOCAL, vault, dataKey: (await findDataKey(tools, vault)).dataKey };
  } catch (error) {
    if (error instanceof NoSession) return { actor: LOCAL, vault, dataKey: null };
    throw error;
  }
}

/**
 * The embedded store's data key; made when it has none, or when it is lost and no key depends on it any more.
 * @throws CostsError `auth` without a keychain or consent, or when keys are left that nobody can open
 */
export async function unlockLocallyForKeys(
  tools: Tools,
  team: Team,
): Promise<Unlocked & { vault: VaultRow; dataKey: KeyObject }> {
  const vault = await tools.access.vault(team.id);
  const { dataKey, why } = vault === null ? { dataKey: null, why: LOST } : await findDataKey(tools, vault);
  if (vault !== null && dataKey !== null) return { actor: LOCAL, vault, dataKey };
  const lost = (await tools.access.keys.list(team.id)).filter(({ source }) => source === 'vault');
  if (lost.length > 0) {
    throw new CostsError('auth', why, {
      hint: `Remove ${lost.map(({ name }) => `"${name}"`).join(', ')}, then register again what you need: costs keys remove --help`,
    });
  }
  try {
    return { actor: LOCAL, ...(await createLocalVault(tools, team)) };
  } catch (error) {
    throw error instanceof NoKeychain ? new NoKeychain(error.message, WITHOUT_LOGIN) : error;
  }
}

/** One that is refused, because a row was changed outside costs, is lost as well: nobody logs in here to put it right. */
async function findDataKey(tools: Tools, vault: VaultRow): Promise<{ dataKey: KeyObject | null; why: string }> {
  try {
    const session = await findSession(tools, vault);
    if (session !== null) checkVault(vault, session.dataKey);
    return { dataKey: session?.dataKey ?? null, why: LOST };
  } catch (error) {
    if (error instanceof NoSession || !(error instanceof CostsError) || error.code !== 'auth') throw error;
    return { dataKey: null, why: error.message };
  }
}
