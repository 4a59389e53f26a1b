import { createSecretKey, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import type { SessionRow, VaultRow } from '../domain/access.js';
import { decrypt, encrypt } from './cipher.js';
import { toDataKey } from './hpke.js';
import { NoSession } from './no-session.js';
import type { Tools } from './tools.js';

const HOURS = 12;

export interface Session {
  row: SessionRow;
  /** Null for a viewer. */
  dataKey: KeyObject | null;
}

/**
 * Keeps a session: its key in the database, and what that key opens in the keychain.
 * @param userId null for the embedded store, whose session has no end
 * @throws CostsError `auth` without a keychain or consent; nothing is kept then
 */
export async function keepSession(
  tools: Tools,
  vault: VaultRow,
  dataKey: KeyObject | null,
  userId: string | null,
): Promise<SessionRow> {
  const { row, text } = await newSession(tools, vault, dataKey, userId);
  const before = await tools.keychain.get(vault.id);
  await tools.keychain.set(vault.id, text);
  await tools.access.sessions.add(row);
  for (const id of before === null ? [] : entries(before).map((entry) => entry.id))
    await tools.access.sessions.remove(id);
  return row;
}

/** A session that is not kept yet: its row, and the text for the keychain. */
export async function newSession(tools: Tools, vault: VaultRow, dataKey: KeyObject | null, userId: string | null) {
  const id = randomUUID();
  const key = randomBytes(32);
  const expiresAt = userId === null ? null : new Date((await tools.access.clock()).getTime() + HOURS * 3_600_000);
  const row: SessionRow = {
    id,
    teamId: vault.teamId,
    userId,
    sessionKey: key.toString('base64url'),
    ...tools.place,
    expiresAt,
  };
  const sealed = dataKey === null ? '-' : encrypt(createSecretKey(key), dataKey.export(), binding(vault, id));
  return { row, text: `${id}.${sealed}` };
}

/**
 * This machine's session of a team; null when nobody logged in.
 * @throws CostsError `auth` when it is over, ended, or does not open, and without a keychain
 */
export async function findSession(tools: Tools, vault: VaultRow): Promise<Session | null> {
  // Whoever never logged in should not wait for a keychain to learn it.
  if (!(await tools.access.sessions.hasOpen(vault.teamId, tools.place.osUser))) return null;
  const text = await tools.keychain.get(vault.id);
  if (text === null) return null;
  for (const { id, sealed } of entries(text)) {
    const row = await tools.access.sessions.get(id);
    if (row?.teamId !== vault.teamId) continue;
    if (row.expiresAt !== null && row.expiresAt <= (await tools.access.clock())) break;
    if (sealed === '-') return { row, dataKey: null };
    const key = createSecretKey(Buffer.from(row.sessionKey, 'base64url'));
    const mend = tools.embedded ? 'Put its keys in again: costs keys rotate' : 'Log in again: costs login';
    const bits = decrypt(key, sealed, binding(vault, id), { what: "This machine's session", mend });
    return { row, dataKey: toDataKey(bits) };
  }
  if (tools.embedded) return null;
  throw new NoSession('The session has ended.', 'Log in again: costs login');
}

/** Ends this machine's session. */
export async function endSession(tools: Tools, vault: VaultRow): Promise<boolean> {
  // Without a row the keychain's entry is useless, and there may be no keychain at all.
  if (!(await tools.access.sessions.hasOpen(vault.teamId, tools.place.osUser))) return false;
  const text = await tools.keychain.get(vault.id);
  if (text === null) return false;
  for (const { id } of entries(text)) await tools.access.sessions.remove(id);
  await tools.keychain.remove(vault.id);
  return true;
}

/** While the embedded store changes its data key, the entry holds the old session and the new one. */
function entries(text: string): { id: string; sealed: string }[] {
  return text.split(' ').map((entry) => {
    const dot = entry.indexOf('.');
    return { id: entry.slice(0, dot), sealed: entry.slice(dot + 1) };
  });
}

function binding({ teamId, generation }: VaultRow, row: string) {
  return { purpose: 'session', team: teamId, generation, row } as const;
}
