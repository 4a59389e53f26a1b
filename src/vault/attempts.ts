import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccessStore, Member, SlotKind, SlotRow } from '../domain/access.js';
import type { Secret } from '../domain/secret.js';
import { CostsError } from '../errors.js';
import type { Pair } from './hpke.js';
import { parseEmail } from './identity.js';
import { newScrypt } from './kdf.js';
import { trySecret } from './slots.js';
import { WrongSecret } from '../domain/wrong-secret.js';
import type { Tools } from './tools.js';

const FAILURES = 5;
const WINDOW_SECONDS = 15 * 60;
/** A charged attempt this young may still turn out to be right: others wait for it instead of counting it. */
const PENDING_SECONDS = 6;
const POLL_MILLISECONDS = 200;
/** Somebody else's public key: no password yields it. */
const NOBODY = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

/** A person who knew the secret of a slot. */
export interface Admitted {
  member: Member;
  slot: SlotRow;
  pair: Pair;
}

type Place = Pick<Tools, 'access' | 'place'>;

/**
 * Tries a password or a code. The attempt is charged before the secret is looked at, so that whoever kills the process in
 * between has used it up; an unknown email costs the same time, gets the same answer and the same lock.
 * @param kinds slots the secret may open, by kind
 * @throws CostsError `auth`
 */
export async function attempt(
  tools: Place,
  typed: string,
  kinds: readonly SlotKind[],
  secret: Secret,
): Promise<Admitted> {
  const email = parseEmail(typed);
  const { id, member, slots } = await charge(tools, email, kinds);
  // One derivation a kind, whoever asks: the time must not tell whether the email is known.
  let found: { slot: SlotRow; pair: Pair } | null = null;
  for (const kind of kinds) {
    const slot = slots.find((each) => each.kind === kind);
    const pair = await trySecret(
      slot ?? { kind, kdf: kind === 'password' ? newScrypt() : decoyHkdf, publicKey: NOBODY },
      secret,
    );
    if (slot !== undefined && pair !== null) found = { slot, pair };
  }
  const reason = member === null ? 'unknown_email' : found === null ? 'bad_password' : 'ok';
  await tools.access.logins.answer(id, reason);
  if (member === null || found === null) throw wrong(kinds);
  return { member, ...found };
}

const decoyHkdf = `hkdf$${Buffer.alloc(16).toString('base64url')}`;

interface Charged {
  id: string;
  member: Member | null;
  slots: SlotRow[];
}

async function charge({ access, place }: Place, email: string, kinds: readonly SlotKind[]): Promise<Charged> {
  for (let waited = 0; ; waited += POLL_MILLISECONDS) {
    const charged = await tryToCharge(access, place, email, waited < PENDING_SECONDS * 1000);
    if (charged === 'locked') throw locked();
    if (charged !== 'pending') return { ...charged, slots: await slotsOf(access, charged.member, kinds) };
    await sleep(POLL_MILLISECONDS);
  }
}

function tryToCharge(access: AccessStore, place: Tools['place'], email: string, mayWait: boolean) {
  return access.transact(async (rows) => {
    await rows.logins.lockEmail(email);
    const member = await rows.members.findByEmail(email);
    const failures = await rows.logins.recentFailures(email, FAILURES);
    const base = { id: randomUUID(), email, teamId: member?.teamId ?? null, ...place, success: false };
    if (!isLocked(failures)) {
      await rows.logins.add({ ...base, reason: 'charged' });
      return { id: base.id, member };
    }
    if (mayWait && failures.some(({ charged, ageSeconds }) => charged && ageSeconds < PENDING_SECONDS))
      return 'pending' as const;
    await rows.logins.add({ ...base, reason: 'locked' });
    return 'locked' as const;
  });
}

/** Five failures within 15 minutes, the last of them less than 15 minutes ago. Nothing fails while it is locked. */
function isLocked(failures: { ageSeconds: number }[]): boolean {
  const newest = failures[0];
  const oldest = failures[FAILURES - 1];
  if (newest === undefined || oldest === undefined) return false;
  return newest.ageSeconds < WINDOW_SECONDS && oldest.ageSeconds - newest.ageSeconds < WINDOW_SECONDS;
}

/** The recovery code belongs to the team; once it opens the data key, the seals tell whether this member may use it. */
async function slotsOf(access: AccessStore, member: Member | null, kinds: readonly SlotKind[]): Promise<SlotRow[]> {
  const own = await access.slots.ofMember(member?.id ?? '');
  const ofTeam = kinds.includes('recovery') ? await access.slots.list(member?.teamId ?? '') : [];
  const now = await access.clock();
  const recovery = ofTeam.filter(({ kind }) => kind === 'recovery');
  return [...own, ...recovery].filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
}

function wrong(kinds: readonly SlotKind[]): WrongSecret {
  const secret = kinds.includes('password') ? 'password' : 'code';
  return new WrongSecret(
    `The email or the ${secret} is wrong.`,
    `After ${FAILURES} failures in 15 minutes an email is locked for 15. An admin can give a new start: costs members reset --help`,
  );
}

function locked(): CostsError {
  return new CostsError('auth', `There were ${FAILURES} failed attempts for this email; it is locked for 15 minutes.`, {
    hint: 'Open sessions and tokens go on working. Wait, or ask an admin to unlock it: costs members logins unlock --help',
  });
}
