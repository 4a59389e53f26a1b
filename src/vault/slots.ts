import { randomUUID, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { Role, SlotKind, SlotRow, VaultRow } from '../domain/access.js';
import type { Secret } from '../domain/secret.js';
import { CostsError } from '../errors.js';
import { checkEndorsement, endorse } from './endorsement.js';
import { associatedData } from './format.js';
import { pairFrom, seal, toDataKey, unseal, type Pair } from './hpke.js';
import { deriveBits, newHkdf, newScrypt } from './kdf.js';
import { checkMac, macOfSlot } from './mac.js';

export interface NewSlot {
  kind: SlotKind;
  userId?: string;
  tokenId?: string;
  role: Role;
  secret: Secret;
  mustChange?: boolean;
  expiresAt?: Date;
  /** Known beforehand where the secret names its slot. */
  id?: string;
}

const PURPOSES = { password: 'password', recovery: 'code', reset: 'code', token: 'token' } as const;

/** A slot for a secret, with the data key sealed to it unless its owner is a viewer. */
export async function makeSlot(vault: VaultRow, dataKey: KeyObject, wanted: NewSlot): Promise<SlotRow> {
  const { kind, userId = null, tokenId = null, role, secret, mustChange = false, expiresAt = null } = wanted;
  const kdf = kind === 'password' ? newScrypt() : newHkdf();
  const { publicKey } = await pairFrom(await deriveBits(secret, kdf, PURPOSES[kind]));
  const { teamId, generation } = vault;
  const base = {
    id: wanted.id ?? randomUUID(),
    teamId,
    kind,
    userId,
    tokenId,
    kdf,
    publicKey,
    endorsement: null,
    mustChange,
    expiresAt,
  };
  return sealSlot({ ...base, generation, sealedKey: null, mac: null }, vault, dataKey, role);
}

/** The same slot with a (new) data key sealed to it, or without one for a viewer. Needs nobody's secret. */
export async function sealSlot(
  slot: SlotRow,
  { generation }: Pick<VaultRow, 'generation'>,
  dataKey: KeyObject,
  role: Role,
): Promise<SlotRow> {
  const next = { ...slot, generation, endorsement: null, sealedKey: null as string | null };
  if (role !== 'viewer') next.sealedKey = await seal(dataKey.export(), slot.publicKey, info(next));
  return { ...next, mac: macOfSlot(dataKey, next, role) };
}

/** The pair of a slot when the secret is right, else null. Costs the same either way. */
export async function trySecret(
  slot: Pick<SlotRow, 'kdf' | 'publicKey' | 'kind'>,
  secret: Secret,
): Promise<Pair | null> {
  const pair = await pairFrom(await deriveBits(secret, slot.kdf, PURPOSES[slot.kind]));
  const found = Buffer.from(pair.publicKey);
  const expected = Buffer.from(slot.publicKey);
  return found.length === expected.length && timingSafeEqual(found, expected) ? pair : null;
}

/**
 * The data key behind a slot; null for a viewer, who has none.
 * @throws CostsError `auth` when the slot is of another generation, was changed, or of another team.
 */
export async function openSlot(slot: SlotRow, pair: Pair, vault: VaultRow, role: Role): Promise<KeyObject | null> {
  if (slot.generation !== vault.generation) {
    throw new CostsError(
      'auth',
      `The slot is of generation ${slot.generation}, and the vault of generation ${vault.generation}: it is refused.`,
      {
        hint: 'It was put back from an older state. An admin can make a new one: costs members reset, or costs tokens create',
      },
    );
  }
  if (slot.sealedKey === null) return null;
  const bytes = await unseal(slot.sealedKey, pair, info(slot));
  if (bytes?.length !== 32) {
    throw new CostsError(
      'auth',
      'The slot does not open: it was altered, moved, or holds the data key of another team.',
      {
        hint: 'Somebody changed the store outside costs. An admin can make a new one: costs members reset, or costs tokens create',
      },
    );
  }
  const dataKey = toDataKey(bytes);
  await checkSlot(slot, dataKey, role);
  return dataKey;
}

/** @throws CostsError `auth` when a slot, or the role of its owner, was changed by anything that does not hold the data key. */
export async function checkSlot(slot: SlotRow, dataKey: KeyObject, role: Role): Promise<void> {
  const what = `The ${slot.kind} slot ${slot.id} or the role of its owner`;
  if (slot.endorsement === null) return checkMac(macOfSlot(dataKey, slot, role), slot.mac, what);
  await checkEndorsement(slot, dataKey, role, what);
}

/** The slot of a viewer's new password, vouched for by the old secret because no data key can. */
export async function replaceViewerSlot(
  old: SlotRow,
  oldPair: Pair,
  vault: VaultRow,
  secret: Secret,
  id: string,
): Promise<SlotRow> {
  const kdf = newScrypt();
  const { publicKey } = await pairFrom(await deriveBits(secret, kdf, 'password'));
  const endorsement = await endorse(old, oldPair, vault, publicKey);
  return { ...old, id, kind: 'password', kdf, publicKey, mac: null, endorsement, mustChange: false, expiresAt: null };
}

function info({ teamId, generation, id }: Pick<SlotRow, 'teamId' | 'generation' | 'id'>): Buffer {
  return associatedData({ purpose: 'slot', team: teamId, generation, row: id });
}
