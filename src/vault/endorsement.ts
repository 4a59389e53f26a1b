import type { KeyObject } from 'node:crypto';
import type { Role, SlotKind, SlotRow, VaultRow } from '../domain/access.js';
import { CostsError } from '../errors.js';
import { associatedData } from './format.js';
import { seal, teamPair, unseal, type Pair } from './hpke.js';
import { checkMac, macOfSlot } from './mac.js';

/** The slot that the HMAC covers, and each public key after it, sealed to the team by the one before. */
interface Endorsement {
  anchor: { id: string; kind: SlotKind; kdf: string; publicKey: string; expiresAt: string | null; mac: string };
  steps: { publicKey: string; sealed: string }[];
}

/** How the public key of a viewer's new password follows from a slot that is trusted. */
export async function endorse(old: SlotRow, oldPair: Pair, vault: VaultRow, publicKey: string): Promise<string> {
  const before = old.endorsement === null ? newEndorsement(old) : (JSON.parse(old.endorsement) as Endorsement);
  const sealed = await seal(Buffer.from(publicKey), vault.publicKey, info(old), oldPair);
  return JSON.stringify({ ...before, steps: [...before.steps, { publicKey, sealed }] } satisfies Endorsement);
}

function newEndorsement({ id, kind, kdf, publicKey, expiresAt, mac }: SlotRow): Endorsement {
  return {
    anchor: { id, kind, kdf, publicKey, expiresAt: expiresAt?.toISOString() ?? null, mac: mac ?? '' },
    steps: [],
  };
}

/** @throws CostsError `auth` when the chain does not lead from a slot with a right HMAC to the slot's public key. */
export async function checkEndorsement(slot: SlotRow, dataKey: KeyObject, role: Role, what: string): Promise<void> {
  const { anchor, steps } = parse(slot.endorsement ?? '', what);
  const { id, kind, kdf, publicKey, mac } = anchor;
  const expiresAt = anchor.expiresAt === null ? null : new Date(anchor.expiresAt);
  checkMac(macOfSlot(dataKey, { ...slot, id, kind, kdf, publicKey, expiresAt, sealedKey: null }, role), mac, what);
  const team = await teamPair(dataKey);
  let current = publicKey;
  for (const step of steps) {
    const said = await unseal(step.sealed, team, info(slot), current);
    if (said?.toString() !== step.publicKey) throw changed(what);
    current = step.publicKey;
  }
  if (current !== slot.publicKey) throw changed(what);
}

function parse(text: string, what: string): Endorsement {
  try {
    return JSON.parse(text) as Endorsement;
  } catch {
    throw changed(what);
  }
}

function changed(what: string): CostsError {
  return new CostsError('auth', `${what} was changed outside costs: nobody vouches for its public key.`, {
    hint: 'Give its owner a new start: costs members reset EMAIL',
  });
}

function info({ teamId, generation, userId }: SlotRow): Buffer {
  return associatedData({ purpose: 'endorsement', team: teamId, generation, row: userId ?? '' });
}
