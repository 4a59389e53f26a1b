import { createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { KeyRow, Role, SlotRow, VaultRow } from '../domain/access.js';
import { CostsError } from '../errors.js';
import { canonical, subkeyName } from './format.js';

const EMPTY = Buffer.alloc(0);

/** A key that follows from the data key, for one purpose. */
export function subkey(dataKey: KeyObject, purpose: 'mac' | 'team'): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, EMPTY, subkeyName(purpose), 32));
}

export function macOfVault(dataKey: KeyObject, { teamId, id, generation, publicKey }: Omit<VaultRow, 'mac'>): string {
  return mac(dataKey, canonical('vault', [teamId, id, generation, publicKey]));
}

/** @param role of the member or token whose slot it is; the recovery code's is `admin`. */
export function macOfSlot(dataKey: KeyObject, slot: Omit<SlotRow, 'mac'>, role: Role): string {
  const { teamId, generation, id, kind, userId, tokenId, kdf, publicKey, sealedKey, expiresAt } = slot;
  const owner = userId ?? tokenId;
  return mac(
    dataKey,
    canonical('slot', [teamId, generation, id, kind, owner, role, kdf, publicKey, sealedKey, time(expiresAt)]),
  );
}

export function macOfKey(dataKey: KeyObject, row: Omit<KeyRow, 'mac'>): string {
  const { teamId, keyId, provider, organizationId, source, variable, host, expiresAt, encryptedKey } = row;
  return mac(
    dataKey,
    canonical('key', [teamId, keyId, provider, organizationId, source, variable, host, time(expiresAt), encryptedKey]),
  );
}

/**
 * @param what names the row in the error, such as `The key of Prod`.
 * @throws CostsError `auth` when the row was changed by anything that does not hold the data key.
 */
export function checkMac(expected: string, found: string | null, what: string): void {
  const a = Buffer.from(expected, 'hex');
  const b = Buffer.from(found ?? '', 'hex');
  if (a.length === b.length && timingSafeEqual(a, b)) return;
  throw new CostsError('auth', `${what} was changed outside costs: its seal does not fit what it says.`, {
    hint: 'Nothing was sent or decrypted. Find out who changed the row (costs logins list, and the database logs), then put it in again.',
  });
}

/** @throws CostsError `auth` when the vault's own row was changed outside costs */
export function checkVault(vault: VaultRow, dataKey: KeyObject): void {
  checkMac(macOfVault(dataKey, vault), vault.mac, "The team's vault");
}

function mac(dataKey: KeyObject, message: Buffer): string {
  return createHmac('sha256', createSecretKey(subkey(dataKey, 'mac')))
    .update(message)
    .digest('hex');
}

function time(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}
