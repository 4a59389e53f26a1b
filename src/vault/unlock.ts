import { randomUUID, type KeyObject } from 'node:crypto';
import type { LoginReason, Role, SlotRow, VaultRow } from '../domain/access.js';
import { Secret } from '../domain/secret.js';
import type { Team } from '../domain/team.js';
import { CostsError } from '../errors.js';
import { tokenId } from './codes.js';
import { NoSession } from './no-session.js';
import { unlockLocally, unlockLocallyForKeys } from './local.js';
import { checkVault } from './mac.js';
import { findSession, type Session } from './sessions.js';
import { openSlot, ownerName, requireSealedRole, trySecret } from './slots.js';
import type { Tools, Unlocked } from './tools.js';
import type { Actor } from './vault.js';
import { formatDate, formatLastDay } from '../domain/words.js';

/**
 * Lets in whoever is at work: by COSTS_TOKEN, else by this machine's session. Null when nobody logged in.
 * @throws CostsError `auth` when a token or session is there and refused
 */
export async function unlock(tools: Tools, team: Team): Promise<Unlocked | null> {
  const vault = await tools.access.vault(team.id);
  try {
    return await unlockVault(tools, team, vault);
  } catch (error) {
    // Another process changed the data key between two reads: what they brought does not go together.
    const next = await tools.access.vault(team.id);
    if (next === null || next.generation === vault?.generation) throw error;
    return unlockVault(tools, team, next);
  }
}

async function unlockVault(tools: Tools, team: Team, vault: VaultRow | null): Promise<Unlocked | null> {
  if (tools.embedded) return unlockLocally(tools, vault);
  if (vault !== null) await removeExpiredSlots(tools, team);
  const { token } = tools.config;
  if (token !== null) return unlockByToken(tools, vault, new Secret(token));
  if (vault === null) return null;
  const session = await findSession(tools, vault);
  return session === null ? null : unlockMember(tools, vault, session);
}

/** As `unlock`, and makes the embedded store's data key when it has none. */
export async function unlockForKeys(
  tools: Tools,
  team: Team,
): Promise<Unlocked & { vault: VaultRow; dataKey: KeyObject }> {
  if (tools.embedded) return unlockLocallyForKeys(tools, team);
  const unlocked = await unlock(tools, team);
  if (unlocked === null) throw notLoggedIn(tools, await tools.access.vault(team.id));
  const { vault, dataKey, actor } = unlocked;
  if (vault !== null && dataKey !== null) return { actor, vault, dataKey };
  throw noRights(actor, 'member');
}

/** What to say to somebody who is not let in. */
export function notLoggedIn({ embedded }: Tools, vault: VaultRow | null): CostsError {
  if (vault === null && !embedded) {
    return new CostsError('auth', 'The team has no data key yet, so there is nothing to log in to.', {
      hint: 'Make its first admin: costs init',
    });
  }
  return new NoSession('You are not logged in.', 'Set COSTS_TOKEN, or: costs login');
}

export function noRights({ label, role }: Actor, needed: Role): CostsError {
  return new CostsError('auth', `This needs the role ${needed}, and ${label} has the role ${role}.`, {
    hint: 'Ask an admin of the team: costs members list',
  });
}

async function unlockMember(tools: Tools, vault: VaultRow, { row, dataKey }: Session): Promise<Unlocked> {
  if (row.userId === null) throw new CostsError('auth', 'The session has no owner.', { hint: 'costs login' });
  const member = await tools.access.members.get(row.userId);
  if (member?.teamId !== vault.teamId) throw new CostsError('auth', 'You are no longer a member of this team.');
  checkVault(vault, dataKey);
  const own = await tools.access.slots.ofMember(member.id);
  const slot = own.find(({ kind }) => kind === 'password') ?? own[0];
  const role = slot && requireSealedRole(slot, dataKey, ownerName(member.email));
  if (role === undefined || slot?.kind !== 'password')
    throw new CostsError('auth', 'Your password was reset.', {
      hint: 'Set a new one with the code you were given: costs members passwd --code',
    });
  return { actor: { kind: 'member', id: member.id, label: member.email, role, until: row.expiresAt }, vault, dataKey };
}

async function unlockByToken(tools: Tools, vault: VaultRow | null, token: Secret): Promise<Unlocked> {
  const id = tokenId(token);
  const [row, slot, now] = await Promise.all([
    tools.access.tokens.get(id),
    tools.access.slots.ofToken(id),
    tools.access.clock(),
  ]);
  if (row === null || vault === null || row.teamId !== vault.teamId) throw refusedToken('is not known to this team');
  if (row.revokedAt !== null)
    throw await recorded(tools, row, 'token_revoked', `was revoked on ${formatDate(row.revokedAt)}`);
  if (row.expiresAt <= now || isOver(slot, now)) {
    throw await recorded(tools, row, 'token_expired', `expired on ${formatLastDay(row.expiresAt)}`);
  }
  if (slot === null) {
    const wasViewer = (await tools.access.slots.formerViewers(row.teamId)).has(id);
    throw refusedToken(
      wasViewer ? 'belonged to a viewer, and there are no viewers any more: reading needs no token' : 'was dropped',
    );
  }
  const pair = await trySecret(slot, token);
  if (pair === null)
    throw await recorded(tools, row, 'bad_password', 'is wrong, or its slot was changed outside costs');
  const { dataKey, role } = await openSlot(slot, pair, vault, row.name);
  checkVault(vault, dataKey);
  await unlessForbidden(() => tools.access.tokens.touch(id));
  return { actor: { kind: 'token', id, label: row.name, role, until: row.expiresAt }, vault, dataKey };
}

function isOver(slot: SlotRow | null, now: Date): boolean {
  return slot !== null && slot.expiresAt !== null && slot.expiresAt <= now;
}

async function recorded(
  tools: Tools,
  token: { id: string; teamId: string },
  reason: LoginReason,
  sentence: string,
): Promise<CostsError> {
  await tools.access.logins.add({
    id: randomUUID(),
    email: `token:${token.id}`,
    teamId: token.teamId,
    ...tools.place,
    success: false,
    reason,
  });
  return refusedToken(sentence);
}

function refusedToken(sentence: string): CostsError {
  return new CostsError('auth', `The token in COSTS_TOKEN ${sentence}.`, {
    hint: 'An admin makes a new one: costs tokens create --help',
  });
}

function removeExpiredSlots({ access }: Tools, team: Team): Promise<void> {
  return unlessForbidden(async () => {
    await access.slots.removeExpired(team.id);
  });
}

/** Housekeeping that a database role without the rights leaves to one that has them. */
export async function unlessForbidden(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!/42501|permission denied|25006|read-only/.test(errorText(error))) throw error;
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? `${error.message} ${JSON.stringify('meta' in error ? error.meta : '')}` : '';
}
