import { createSecretKey, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import type { AccessRows, SessionRow, VaultRow } from '../domain/access.js';
import { decrypt, encrypt } from './cipher.js';
import { toDataKey } from './hpke.js';
import type { Binding } from './format.js';
import { NoSession } from './no-session.js';
import type { Tools } from './tools.js';

const HOURS = 12;
const LOG_IN = 'Log in again: costs login';

export interface Session {
  row: SessionRow;
  dataKey: KeyObject;
}

/**
 * Keeps a session: its key in the database, and what that key opens in the keychain.
 * @param check what must still be true when the session's row is stored, in the same transaction
 * @throws CostsError `auth` without a keychain or consent; nothing is kept then
 */
export async function keepSession(
  tools: Tools,
  { vault, dataKey, userId }: { vault: VaultRow; dataKey: KeyObject; userId: string },
  check: (rows: AccessRows) => Promise<void>,
): Promise<SessionRow> {
  const { row, text } = await newSession(tools, vault, dataKey, userId);
  const before = await tools.keychain.get(vault.id);
  // Where the row cannot be stored, the session from before goes on.
  await tools.keychain.set(vault.id, `${before ?? ''} ${text}`.trim());
  await tools.access.transact(async (rows) => {
    await check(rows);
    await rows.sessions.add(row);
    for (const { id } of before === null ? [] : entries(before)) await rows.sessions.remove(id);
  });
  if (before !== null) await tools.keychain.set(vault.id, text);
  return row;
}

/**
 * A session that is not kept yet: its row, and the text for the keychain.
 * @param userId null for the embedded store, whose session has no end
 */
export async function newSession(tools: Tools, vault: VaultRow, dataKey: KeyObject, userId: string | null) {
  const key = randomBytes(32);
  const expiresAt = userId === null ? null : new Date((await tools.access.clock()).getTime() + HOURS * 3_600_000);
  const row: SessionRow = {
    id: randomUUID(),
    teamId: vault.teamId,
    userId,
    sessionKey: key.toString('base64url'),
    ...tools.place,
    expiresAt,
  };
  return { row, text: `${row.id}.${encrypt(createSecretKey(key), dataKey.export(), binding(vault, row))}` };
}

/**
 * This machine's session of a team; null when nobody logged in.
 * @throws CostsError `auth` when it is over, ended, was changed, or does not open, and without a keychain
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
    const key = createSecretKey(Buffer.from(row.sessionKey, 'base64url'));
    if (isOfEarlierVersion(key, sealed, vault, row))
      throw new NoSession("This machine's session was made by an earlier version of costs.", LOG_IN);
    const what = { what: "This machine's session", mend: LOG_IN };
    const bits = decrypt(key, sealed, binding(vault, row), what);
    return { row, dataKey: toDataKey(bits) };
  }
  if (tools.embedded) return null;
  throw new NoSession('The session has ended.', LOG_IN);
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

/** While a session takes the place of another, or the embedded store changes its data key, the entry holds the old one and the new one. */
function entries(text: string): { id: string; sealed: string }[] {
  return text.split(' ').map((entry) => {
    const dot = entry.indexOf('.');
    return { id: entry.slice(0, dot), sealed: entry.slice(dot + 1) };
  });
}

/** What the row says is part of what opens it, so that an edited one opens nothing. */
function binding(vault: VaultRow, row: SessionRow): Binding {
  const { userId, expiresAt, host, osUser } = row;
  const base = unbound(vault, row);
  return userId === null ? base : { ...base, host, details: [userId, expiresAt?.toISOString() ?? null, osUser] };
}

function unbound({ teamId, generation }: VaultRow, { id }: SessionRow): Binding {
  return { purpose: 'session', team: teamId, generation, row: id };
}

/** Whether a person's session is bound to nothing that its row says, or has no data key. It lets nobody in; only its end is no alarm. */
function isOfEarlierVersion(key: KeyObject, sealed: string, vault: VaultRow, row: SessionRow): boolean {
  if (row.userId === null) return false;
  try {
    return sealed === '-' || decrypt(key, sealed, unbound(vault, row), { what: '', mend: '' }).length > 0;
  } catch {
    return false;
  }
}
