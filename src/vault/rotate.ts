import type { KeyObject } from 'node:crypto';
import type { AccessRows, KeyRow, VaultRow } from '../domain/access.js';
import { CostsError } from '../errors.js';
import { decrypt, encrypt } from './cipher.js';
import type { Binding } from './format.js';
import { newVault } from './create.js';
import { checkVault, isSealed, macOfKey } from './mac.js';
import { checkSlots, RECOVERY, sealSlot, type CheckedSlot } from './slots.js';
import { shell } from '../domain/shell.js';

interface DataKey {
  vault: VaultRow;
  dataKey: KeyObject;
}

export interface Rotated extends DataKey {
  keys: number;
  slots: number;
  /** Ids of the organizations whose keys were marked as exposed; two of one team may have one name. */
  exposed: string[];
  /** What was changed outside costs and opens nothing any more, in words. */
  dropped: string[];
  /** Ids of the organizations whose key's row was changed outside costs; their keys have to be put in again. */
  altered: string[];
}

/**
 * Makes a new data key, seals it to every slot that is left and encrypts every key again. Call it inside a transaction, after
 * whoever leaves is gone. What the old data key does not vouch for is not carried over, and stops nothing: a slot whose seal
 * is wrong is dropped, since its public key may be anybody's, and such a key row keeps a ciphertext that nothing opens.
 * @param exposedAt when somebody leaves: since when the keys are to be rotated
 */
export async function rotateDataKey(rows: AccessRows, old: DataKey, exposedAt: Date | null): Promise<Rotated> {
  const locked = await rows.lockVault(old.vault.teamId);
  if (locked?.generation !== old.vault.generation) throw changedMeanwhile();
  checkVault(locked, old.dataKey);
  const { teamId, id, generation } = locked;
  const next = newVault(teamId, id, generation + 1);
  const slots = await checkSlots(rows, teamId, old.dataKey);
  const dropped = slots.filter(({ role }) => role === null);
  await rows.slots.remove(dropped.map(({ slot }) => slot.id));
  for (const { slot, owner, role } of slots) {
    if (role === null) continue;
    await rows.slots.replace(await sealSlot(slot, next.vault, next.dataKey, { name: owner ?? RECOVERY.name, role }));
  }
  const keys = await rows.keys.list(teamId);
  const altered: string[] = [];
  const exposed: string[] = [];
  for (const row of keys) {
    const renewed = reencrypt(row, old.dataKey, next);
    if (renewed === null) altered.push(row.organizationId);
    // What a changed row says of where its key is counts for nothing: it may have been in the vault.
    const isExposed = exposedAt !== null && (renewed === null || row.encryptedKey !== null);
    if (isExposed) exposed.push(row.organizationId);
    await rows.keys.setMaterial(row.keyId, {
      ...(renewed ?? row),
      exposedAt: row.exposedAt ?? (isExposed ? exposedAt : null),
    });
  }
  await rows.renewVault(next.vault);
  await rows.sessions.removeOfTeam(teamId);
  return {
    ...next,
    keys: keys.length - altered.length,
    slots: slots.length - dropped.length,
    exposed,
    dropped: dropped.map(describe),
    altered,
  };
}

function describe({ slot, owner }: CheckedSlot): string {
  if (slot.kind === 'recovery') return 'the recovery code';
  if (owner === null) return 'a login whose owner is not a member of the team';
  return slot.tokenId === null ? `the login of ${owner}` : `the token ${owner}`;
}

/** The row under the new data key, and for another organization id where one is given; null when it does not say what it said when it was sealed. */
export function reencrypt(
  old: KeyRow,
  oldKey: KeyObject,
  { vault, dataKey }: Pick<DataKey, 'vault' | 'dataKey'>,
  organizationId = old.organizationId,
): KeyRow | null {
  const row = { ...old, organizationId };
  // A variable or a folder that was registered without a session, or copied from another store.
  if (row.source !== 'vault' && row.mac === null) return row;
  if (!isSealed(oldKey, old)) return null;
  if (row.encryptedKey === null) return { ...row, mac: macOfKey(dataKey, row) };
  const plain = plaintextIfIntact(old, row.encryptedKey, oldKey);
  if (plain === null) return null;
  const encryptedKey = encrypt(dataKey, plain, keyBinding(row, vault.generation));
  const next = { ...row, encryptedKey, generation: vault.generation };
  return { ...next, mac: macOfKey(dataKey, next) };
}

/** Null where it does not open with this data key. */
export function plaintextIfIntact(row: KeyRow, ciphertext: string, dataKey: KeyObject): Buffer | null {
  try {
    return plaintextOf(row, ciphertext, dataKey);
  } catch (error) {
    // Its generation is not under the seal.
    if (error instanceof CostsError && error.code === 'auth') return null;
    throw error;
  }
}

/** The key in a row's ciphertext. @throws CostsError `auth` when it does not open with this data key */
export function plaintextOf(row: KeyRow, ciphertext: string, dataKey: KeyObject): Buffer {
  return decrypt(dataKey, ciphertext, keyBinding(row, row.generation ?? 0), {
    what: `The key of ${row.name}`,
    mend: shell`Put the key in again: costs keys rotate ${row.organizationId}`,
  });
}

type Bound = Pick<KeyRow, 'teamId' | 'keyId' | 'provider' | 'organizationId' | 'host'>;

/** What an admin key's ciphertext is bound to. */
export function keyBinding(
  { teamId: team, keyId: row, provider, organizationId: organization, host }: Bound,
  generation: number,
): Binding {
  return { purpose: 'key', team, generation, row, provider, organization, host };
}

export function changedMeanwhile(): CostsError {
  return new CostsError('conflict', 'The data key was changed by another command at the same time; nothing was done.', {
    hint: 'Run the same command again.',
  });
}
