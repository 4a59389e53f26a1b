import { randomUUID, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { AccessRows, Role, SlotKind, SlotRow, TokenRow, VaultRow } from '../domain/access.js';
import type { Secret } from '../domain/secret.js';
import { CostsError } from '../errors.js';
import { associatedData } from './format.js';
import { pairFrom, seal, toDataKey, unseal, type Pair } from './hpke.js';
import { deriveBits, newHkdf, newScrypt } from './kdf.js';
import { macOfSlot, sealedRole } from './mac.js';

/** Who a slot lets in: nobody in particular for the recovery code. */
export interface SlotOwner {
  userId?: string;
  tokenId?: string;
  /** The email or the token's name, as the seal covers it. */
  name: string;
  role: Role;
}

interface NewSlot {
  kind: SlotKind;
  secret: Secret;
  mustChange?: boolean;
  expiresAt?: Date;
}

export const RECOVERY: SlotOwner = { name: '', role: 'admin' };

const PURPOSES = { password: 'password', recovery: 'code', reset: 'code', token: 'token' } as const;

/** A slot for a secret, with the data key sealed to it. */
export async function makeSlot(
  vault: VaultRow,
  dataKey: KeyObject,
  owner: SlotOwner,
  { kind, secret, mustChange = false, expiresAt }: NewSlot,
): Promise<SlotRow> {
  const kdf = kind === 'password' ? newScrypt() : newHkdf();
  const { publicKey } = await pairFrom(await deriveBits(secret, kdf, PURPOSES[kind]));
  const { teamId, generation } = vault;
  const slot: SlotRow = {
    id: randomUUID(),
    teamId,
    kind,
    userId: owner.userId ?? null,
    tokenId: owner.tokenId ?? null,
    generation,
    kdf,
    publicKey,
    sealedKey: null,
    mac: null,
    mustChange,
    expiresAt: expiresAt ?? null,
  };
  return sealSlot(slot, vault, dataKey, owner);
}

/** The same slot with a (new) data key sealed to it. Needs nobody's secret. */
export async function sealSlot(
  slot: SlotRow,
  { generation }: Pick<VaultRow, 'generation'>,
  dataKey: KeyObject,
  { name, role }: Pick<SlotOwner, 'name' | 'role'>,
): Promise<SlotRow> {
  const next = { ...slot, generation };
  next.sealedKey = await seal(dataKey.export(), slot.publicKey, info(next));
  return { ...next, mac: macOfSlot(dataKey, next, name, role) };
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
 * The data key behind a slot, and the role that its seal gives its owner.
 * @param owner the member's email or the token's name
 * @throws CostsError `auth` when the slot is of another generation, was changed, or of another team.
 */
export async function openSlot(
  slot: SlotRow,
  pair: Pair,
  vault: VaultRow,
  owner: string,
): Promise<{ dataKey: KeyObject; role: Role }> {
  if (slot.generation !== vault.generation) {
    throw new CostsError(
      'auth',
      `The slot is of generation ${slot.generation}, and the vault of generation ${vault.generation}: it is refused.`,
      {
        hint: 'One of them was put back from an older state. A login of an admin puts the vault right, and makes a new slot: costs members reset --help',
      },
    );
  }
  const dataKey = await dataKeyIn(slot, pair);
  if (dataKey === null) {
    throw new CostsError(
      'auth',
      'The slot does not open: it was altered, moved, or holds the data key of another team.',
      {
        hint: 'The store was changed outside costs. An admin can make a new one: costs members add --help',
      },
    );
  }
  return { dataKey, role: requireSealedRole(slot, dataKey, owner) };
}

/** What a slot seals, of whatever generation; null where it does not open. */
export async function dataKeyIn(slot: SlotRow, pair: Pair): Promise<KeyObject | null> {
  const bytes = slot.sealedKey === null ? null : await unseal(slot.sealedKey, pair, info(slot));
  return bytes?.length === 32 ? toDataKey(bytes) : null;
}

/** @throws CostsError `auth` when a slot or the name of its owner was changed by anything that does not hold the data key */
export function requireSealedRole(slot: SlotRow, dataKey: KeyObject, owner: string): Role {
  const role = sealedRole(dataKey, slot, owner);
  if (role !== null) return role;
  throw new CostsError(
    'auth',
    `The ${slot.kind} slot${owner === RECOVERY.name ? '' : ` of ${owner}`} was changed outside costs: its seal does not fit.`,
    {
      hint: 'An admin drops it, then gives a new start with members add or tokens create: costs keys rotate-vault',
    },
  );
}

/** A slot, and what its seal says of its owner. */
export interface CheckedSlot {
  slot: SlotRow;
  /** Null for the recovery code, and for what belongs to no member or token of the team. */
  owner: string | null;
  /** Null when slot or owner were changed outside costs. */
  role: Role | null;
}

/** Every slot of a team, checked against the data key. */
export async function checkSlots(rows: AccessRows, teamId: string, dataKey: KeyObject): Promise<CheckedSlot[]> {
  const members = (await rows.members.list(teamId)).map(({ id, email }) => [id, ownerName(email)] as const);
  const tokens = new Map((await rows.tokens.list(teamId)).map((token) => [token.id, token]));
  const names = new Map([...members, ...[...tokens].map(([id, { name }]) => [id, name] as const)]);
  return (await rows.slots.list(teamId)).map((slot) => {
    const owner = names.get(slot.userId ?? slot.tokenId ?? '') ?? null;
    const name = slot.kind === 'recovery' ? RECOVERY.name : owner;
    const token = slot.tokenId === null ? undefined : tokens.get(slot.tokenId);
    const isTrusted = name !== null && (token === undefined || isConsistent(token, slot));
    return { slot, owner, role: isTrusted ? sealedRole(dataKey, slot, name) : null };
  });
}

/** A token that looks revoked or expired while its slot is there could wait until nobody looks any more. */
function isConsistent(token: TokenRow, { expiresAt }: SlotRow): boolean {
  return token.revokedAt === null && token.expiresAt.getTime() === expiresAt?.getTime();
}

/** An email as seals cover it: rows of the time before logins may be written in any case. */
export function ownerName(email: string): string {
  return email.toLowerCase();
}

function info({ teamId, generation, id }: Pick<SlotRow, 'teamId' | 'generation' | 'id'>): Buffer {
  return associatedData({ purpose: 'slot', team: teamId, generation, row: id });
}
