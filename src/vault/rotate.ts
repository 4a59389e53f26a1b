import type { KeyObject } from 'node:crypto';
import type { AccessRows, KeyRow, Role, SlotRow, VaultRow } from '../domain/access.js';
import { CostsError } from '../errors.js';
import { decrypt, encrypt } from './cipher.js';
import { newVault } from './found.js';
import { checkMac, checkVault, macOfKey } from './mac.js';
import { checkSlot, sealSlot } from './slots.js';

export interface Rotated {
  vault: VaultRow;
  dataKey: KeyObject;
  keys: number;
  slots: number;
  /** Names of the organizations whose keys were marked as exposed. */
  exposed: string[];
}

/**
 * Makes a new data key, seals it to every slot that is left and encrypts every key again. Call it inside a transaction, after
 * whoever leaves is gone. Nothing is trusted that the old data key does not vouch for: a public key that somebody put in
 * would be given the new one.
 * @param exposedAt when somebody leaves: since when the keys are to be rotated
 */
export async function rotateDataKey(
  rows: AccessRows,
  old: { vault: VaultRow; dataKey: KeyObject },
  exposedAt: Date | null,
): Promise<Rotated> {
  const locked = await rows.lockVault(old.vault.teamId);
  if (locked?.generation !== old.vault.generation) throw changedMeanwhile();
  checkVault(locked, old.dataKey);
  const { teamId, id, generation } = locked;
  const next = await newVault(teamId, id, generation + 1);
  const slots = await resealSlots(rows, locked, old.dataKey, next);
  const keys = await rows.keys.list(teamId);
  for (const row of keys) await rows.keys.setMaterial(row.keyId, reencrypt(row, old.dataKey, next, exposedAt));
  await rows.renewVault(next.vault);
  await rows.sessions.removeOfTeam(teamId);
  const exposed = exposedAt === null ? [] : keys.filter(({ source }) => source === 'vault').map(({ name }) => name);
  return { ...next, keys: keys.length, slots, exposed };
}

async function resealSlots(
  rows: AccessRows,
  { teamId }: VaultRow,
  oldKey: KeyObject,
  next: { vault: VaultRow; dataKey: KeyObject },
): Promise<number> {
  const roles = await ownerRoles(rows, teamId);
  const slots = await rows.slots.list(teamId);
  for (const slot of slots) {
    const role = roleOf(slot, roles);
    await checkSlot(slot, oldKey, role);
    await rows.slots.replace(await sealSlot(slot, next.vault, next.dataKey, role));
  }
  return slots.length;
}

async function ownerRoles(rows: AccessRows, teamId: string): Promise<Map<string, Role>> {
  const members = await rows.members.list(teamId);
  const tokens = await rows.tokens.list(teamId);
  return new Map([...members, ...tokens].map(({ id, role }) => [id, role]));
}

/** The recovery code has no owner and lets an admin in. */
function roleOf({ kind, userId, tokenId }: SlotRow, roles: Map<string, Role>): Role {
  const role = kind === 'recovery' ? 'admin' : roles.get(userId ?? tokenId ?? '');
  if (role !== undefined) return role;
  throw new CostsError('auth', 'A slot of this vault belongs to nobody of the team: it was put in outside costs.', {
    hint: 'Have the database administrator delete the rows of "vault_slots" that costs members list and costs tokens list do not explain.',
  });
}

function reencrypt(
  row: KeyRow,
  oldKey: KeyObject,
  { vault, dataKey }: { vault: VaultRow; dataKey: KeyObject },
  exposedAt: Date | null,
): KeyRow {
  checkMac(macOfKey(oldKey, row), row.mac, `The key of ${row.name}`);
  const next = { ...row };
  if (row.encryptedKey !== null) {
    const plain = plaintextOf(row, row.encryptedKey, oldKey);
    next.encryptedKey = encrypt(dataKey, plain, keyBinding(row, vault.generation));
    next.generation = vault.generation;
    next.exposedAt = row.exposedAt ?? exposedAt;
  }
  return { ...next, mac: macOfKey(dataKey, next) };
}

/** The key in a row's ciphertext. @throws CostsError `auth` when it does not open with this data key */
export function plaintextOf(row: KeyRow, ciphertext: string, dataKey: KeyObject): Buffer {
  return decrypt(dataKey, ciphertext, keyBinding(row, row.generation ?? 0), {
    what: `The key of ${row.name}`,
    mend: `Put the key in again: costs keys rotate ${row.organizationId}`,
  });
}

/** What an admin key's ciphertext is bound to. */
export function keyBinding(
  {
    teamId,
    keyId,
    provider,
    organizationId,
    host,
  }: Pick<KeyRow, 'teamId' | 'keyId' | 'provider' | 'organizationId' | 'host'>,
  generation: number,
) {
  return {
    purpose: 'key',
    team: teamId,
    generation,
    row: keyId,
    provider,
    organization: organizationId,
    host,
  } as const;
}

export function changedMeanwhile(): CostsError {
  return new CostsError('conflict', 'The data key was changed by another command at the same time; nothing was done.', {
    hint: 'Run the same command again.',
  });
}
