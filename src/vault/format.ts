/**
 * The vault's format, version 1, and what it protects against.
 *
 * Data key. 256 random bits a team and generation. It encrypts admin keys and authenticates rows; it exists in the clear only in
 * the memory of a process that was unlocked. From it follows, by HKDF-SHA-256 without salt, "costs/v1 mac": the key of the HMACs.
 *
 * Admin key. `v1.<nonce>.<ciphertext>.<tag>`, each base64url: AES-256-GCM, a random 96-bit nonce, a 128-bit tag. Associated data is
 * `["costs/v1","key",team,generation,row,provider,organization,host]` as JSON, so that a ciphertext opens in its own row only.
 *
 * Slot. A secret yields an X25519 pair (DeriveKeyPair of RFC 9180 from 256 bits): a password by scrypt (`scrypt$N$r$p$salt`), a
 * token or a code by HKDF-SHA-256 (`hkdf$salt`). The slot stores the public key and `v1.<enc>.<ciphertext>`:
 * the data key sealed to it by HPKE (DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; base mode). Info is the associated data
 * `["costs/v1","slot",team,generation,slot,"","",""]`. A secret is right when it yields the stored public key. Whoever holds the
 * data key can seal a new one to every slot without knowing any secret: that is what rotation and promotion do.
 *
 * Session. The keychain holds `<session>.v1.<nonce>.<ciphertext>.<tag>`: the data key under AES-256-GCM and a session key that only
 * the database holds. Associated data is `["costs/v1","session",team,generation,session,"","",host,member,expiry,user]`, so that a
 * session opens only as what it was made for. The embedded store's has neither host, member, expiry nor user: hosts change
 * their names, and it has no end.
 *
 * HMAC. Hexadecimal HMAC-SHA-256 over a canonical JSON list that begins with "costs/v1" and its purpose:
 *   - "vault": team, id, generation, public key (empty since viewers are gone);
 *   - "slot": team, generation, slot, kind, member or token, role, kdf, public key, sealed key, expiry, email or name, must change
 *     (version 0.1.0 left out the last two; such a seal counts until the next change of data key);
 *   - "key": team, row, provider, organization, source, variable, host, expiry, ciphertext.
 * It is checked before the row is used whenever a data key is open. The role of a member or a token is the one for which the
 * slot's HMAC is right: what `users` and `vault_tokens` say of it is shown and never used. A change of data key drops slots
 * whose HMAC is wrong and leaves such key rows behind, and names both. A vault's row whose HMAC is wrong is put right by the login
 * of an admin with whose data key most slots of the team go.
 *
 * Threats.
 *   - A stolen dump: no key without a password, a token or a session's keychain entry. Passwords can be guessed offline, at scrypt's price.
 *   - A stolen laptop: its keychain entry opens nothing without the database, and nothing after 12 hours, `logout`, or a rotation.
 *   - A leaked token: reads every key until it is revoked; then the data key is new, and keys it could read are marked exposed.
 *   - A colleague with database access: cannot read a key, move, swap or redirect one unnoticed. Can delete and roll back rows,
 *     and invent login attempts.
 *   - Not protected: keys from members and their processes, passwords from offline guessing, rows from SQL, backups of an older state,
 *     keys put into a vault that was exchanged whole: nothing proves to a password which data key was sealed to it.
 */
export const VERSION = 'v1';

const CONTEXT = 'costs/v1';

/** What a ciphertext is bound to; opening it under anything else fails. */
export interface Binding {
  purpose: 'key' | 'slot' | 'session';
  team: string;
  generation: number;
  row: string;
  provider?: string;
  organization?: string;
  host?: string;
  /** What else it was made for. */
  details?: readonly (string | null)[];
}

/** Associated data: canonical JSON. */
export function associatedData({
  purpose,
  team,
  generation,
  row,
  provider = '',
  organization = '',
  host = '',
  details = [],
}: Binding): Buffer {
  return canonical(purpose, [team, generation, row, provider, organization, host, ...details]);
}

/** A list that no two different inputs share: JSON quotes each part. */
export function canonical(purpose: string, parts: (string | number | boolean | null)[]): Buffer {
  return Buffer.from(JSON.stringify([CONTEXT, purpose, ...parts]));
}

/** The name of a subkey in HKDF. */
export function subkeyName(purpose: 'mac' | 'token' | 'code'): string {
  return `${CONTEXT} ${purpose}`;
}

/** Joins binary parts into versioned text. */
export function encodeParts(parts: readonly Uint8Array[]): string {
  return [VERSION, ...parts.map((part) => Buffer.from(part).toString('base64url'))].join('.');
}

/** The parts of versioned text, or null when it is not `count` of them in canonical base64url. */
export function decodeParts(text: string, count: number): Buffer[] | null {
  const [version, ...encoded] = text.split('.');
  if (version !== VERSION || encoded.length !== count) return null;
  const parts = encoded.map((part) => Buffer.from(part, 'base64url'));
  return parts.every((part, index) => part.toString('base64url') === encoded[index]) ? parts : null;
}
