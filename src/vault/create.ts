import { randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import type { AccessRows, SessionRow, SlotRow, VaultRow } from '../domain/access.js';
import type { Secret } from '../domain/secret.js';
import type { Team } from '../domain/team.js';
import { CostsError } from '../errors.js';
import { makeCode, parseCode } from './codes.js';
import { toDataKey } from './hpke.js';
import { macOfKey, macOfVault } from './mac.js';
import { newSession } from './sessions.js';
import { makeSlot, RECOVERY } from './slots.js';
import type { Tools } from './tools.js';

/** A new data key and the row that goes with it. */
export function newVault(teamId: string, id: string, generation: number): { vault: VaultRow; dataKey: KeyObject } {
  const dataKey = toDataKey(randomBytes(32));
  const row = { teamId, id, generation, publicKey: '' };
  return { dataKey, vault: { ...row, mac: macOfVault(dataKey, row) } };
}

interface CreatedVault {
  vault: VaultRow;
  dataKey: KeyObject;
  /** Of the first admin. */
  slot: SlotRow;
  recoveryCode: Secret;
}

/** Gives a team its data key, its first admin and a recovery code. @throws CostsError `conflict` */
export async function createVault(tools: Tools, team: Team, email: string, password: Secret): Promise<CreatedVault> {
  const { vault, dataKey } = newVault(team.id, randomUUID(), 1);
  const recoveryCode = makeCode();
  const slot = await tools.access.transact(async (rows) => {
    if ((await rows.lockVault(team.id)) !== null) throw hasVaultAlready(team);
    await rows.logins.lockEmail(email);
    const known = await rows.members.findByEmail(email);
    if (known !== null && known.teamId !== team.id) {
      throw new CostsError('conflict', `${email} is a member of another team.`, {
        hint: 'Use another email for the admin of this one.',
      });
    }
    const userId = known?.id ?? randomUUID();
    await rows.createVault(vault);
    if (known === null) await rows.members.add({ id: userId, teamId: team.id, email, role: 'admin' });
    else await rows.members.setRole(userId, 'admin');
    const owner = { userId, name: email, role: 'admin' } as const;
    const own = await makeSlot(vault, dataKey, owner, { kind: 'password', secret: password });
    await rows.slots.add(own);
    await rows.slots.add(
      await makeSlot(vault, dataKey, RECOVERY, { kind: 'recovery', secret: parseCode(recoveryCode) }),
    );
    await sealExistingKeys(rows, team, dataKey);
    await rows.audit({ teamId: team.id, actor: email, action: 'vault.create', subject: null });
    return own;
  });
  return { vault, dataKey, slot, recoveryCode };
}

/** The embedded store's data key, made when the first key is to be encrypted and kept in the keychain without an end. */
export async function createLocalVault(tools: Tools, team: Team): Promise<{ vault: VaultRow; dataKey: KeyObject }> {
  const { vault, dataKey } = newVault(team.id, randomUUID(), 1);
  const { row, text } = await newSession(tools, vault, dataKey, null);
  // The keychain first: a data key that only the database knew of would be a vault that nobody can open.
  await tools.keychain.set(vault.id, text);
  await tools.access.transact((rows) => storeLocalVault(rows, team, vault, dataKey, row));
  return { vault, dataKey };
}

async function storeLocalVault(
  rows: AccessRows,
  team: Team,
  vault: VaultRow,
  dataKey: KeyObject,
  session: SessionRow,
): Promise<void> {
  // One whose data key is lost, and on which no key depends.
  if ((await rows.lockVault(team.id)) !== null) await rows.removeVault(team.id);
  await rows.createVault(vault);
  await rows.sessions.add(session);
  await sealExistingKeys(rows, team, dataKey);
  await rows.audit({ teamId: team.id, actor: 'local', action: 'vault.create', subject: null });
}

/** Keys that name a variable may be older than the data key; from now on what they say is sealed. */
async function sealExistingKeys(rows: AccessRows, team: Team, dataKey: KeyObject): Promise<void> {
  for (const row of await rows.keys.list(team.id))
    await rows.keys.setMaterial(row.keyId, { ...row, mac: macOfKey(dataKey, row) });
}

/** What `init` says to a team that has everything. */
export function hasVaultAlready({ name }: Team): CostsError {
  return new CostsError('conflict', `The team ${name} has its data key and its admins already.`, {
    hint: 'Log in, or have an admin add you: costs login',
  });
}
