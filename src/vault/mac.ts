import { createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto';
import { ROLES, type KeyRow, type Role, type SlotRow, type VaultRow } from '../domain/access.js';
import { isOtherReport } from '../domain/bill-source.js';
import { CostsError } from '../errors.js';
import { canonical, subkeyName } from './format.js';

const EMPTY = Buffer.alloc(0);

export function macOfVault(dataKey: KeyObject, { teamId, id, generation, publicKey }: Omit<VaultRow, 'mac'>): string {
  return mac(dataKey, canonical('vault', [teamId, id, generation, publicKey]));
}

/** @param owner the member's email or the token's name; empty for the recovery code, which has no owner */
export function macOfSlot(dataKey: KeyObject, slot: Omit<SlotRow, 'mac'>, owner: string, role: Role): string {
  return mac(dataKey, canonical('slot', [...slotParts(slot, role), owner, slot.mustChange]));
}

/**
 * The role that a slot's HMAC vouches for, whatever the row of its owner says; null when the slot or its owner's name was
 * changed by anything that does not hold the data key.
 */
export function sealedRole(dataKey: KeyObject, slot: SlotRow, owner: string): Role | null {
  // As version 0.1.0 sealed it, until the next change of data key.
  const before = (role: Role) => mac(dataKey, canonical('slot', slotParts(slot, role)));
  return (
    ROLES.find((role) => isMac(macOfSlot(dataKey, slot, owner, role), slot.mac) || isMac(before(role), slot.mac)) ??
    null
  );
}

function slotParts(slot: Omit<SlotRow, 'mac'>, role: Role) {
  const { teamId, generation, id, kind, userId, tokenId, kdf, publicKey, sealedKey, expiresAt } = slot;
  return [teamId, generation, id, kind, userId ?? tokenId, role, kdf, publicKey, sealedKey, time(expiresAt)];
}

/** Whether a key's row says what it said when it was sealed. */
export function isSealed(dataKey: KeyObject, row: KeyRow): boolean {
  return isMac(macOfKey(dataKey, row), row.mac);
}

export function macOfKey(dataKey: KeyObject, row: Omit<KeyRow, 'mac'>): string {
  const { teamId, keyId, provider, organizationId, billSource, source, variable, host, expiresAt, encryptedKey } = row;
  const claims = [teamId, keyId, provider, organizationId, source, variable, host, time(expiresAt), encryptedKey];
  // A parent's key that read its own bill would file it under the child's name. Other rows are sealed as they always were.
  return mac(dataKey, canonical('key', [...claims, ...(isOtherReport(billSource) ? [billSource] : [])]));
}

/** @throws CostsError `auth` when the row was changed by anything that does not hold the data key */
export function checkKey(dataKey: KeyObject, row: KeyRow): void {
  if (!isSealed(dataKey, row))
    throw changedOutside(
      `The key of ${row.name}`,
      'Find out who changed the row in the database, then put it in again. Who logged in: costs members logins list',
    );
}

/** @throws CostsError `auth` when the vault's own row was changed outside costs */
export function checkVault(vault: VaultRow, dataKey: KeyObject): void {
  if (!isMac(macOfVault(dataKey, vault), vault.mac))
    throw changedOutside("The team's vault", 'The login of an admin puts it right: costs login');
}

function changedOutside(what: string, mend: string): CostsError {
  return new CostsError('auth', `${what} was changed outside costs: its seal does not fit what it says.`, {
    hint: `Nothing was sent or decrypted. ${mend}`,
  });
}

function isMac(expected: string, found: string | null): boolean {
  const a = Buffer.from(expected, 'hex');
  const b = Buffer.from(found ?? '', 'hex');
  return a.length === b.length && timingSafeEqual(a, b);
}

function mac(dataKey: KeyObject, message: Buffer): string {
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', dataKey, EMPTY, subkeyName('mac'), 32)));
  return createHmac('sha256', key).update(message).digest('hex');
}

function time(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}
