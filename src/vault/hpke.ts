import { createSecretKey, type KeyObject, type webcrypto } from 'node:crypto';
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { decodeParts, encodeParts } from './format.js';

/** An X25519 pair and the text of its public half. */
export interface Pair {
  keys: webcrypto.CryptoKeyPair;
  publicKey: string;
}

let suite: CipherSuite | null = null;

function theSuite(): CipherSuite {
  suite ??= new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  return suite;
}

/** The pair that 256 bits yield, always the same. */
export async function pairFrom(bits: Buffer): Promise<Pair> {
  // The library names a global type that Node has under another name.
  const keys = (await theSuite().kem.deriveKeyPair(toArrayBuffer(bits))) as webcrypto.CryptoKeyPair;
  const publicKey = Buffer.from(await theSuite().kem.serializePublicKey(keys.publicKey)).toString('base64url');
  return { keys, publicKey };
}

/** Seals to a public key. */
export async function seal(plaintext: Buffer, publicKey: string, info: Buffer): Promise<string> {
  const recipientPublicKey = await readPublicKey(publicKey);
  const { enc, ct } = await theSuite().seal(
    { recipientPublicKey, info: toArrayBuffer(info) },
    toArrayBuffer(plaintext),
  );
  return encodeParts([new Uint8Array(enc), new Uint8Array(ct)]);
}

/** Opens what was sealed to a pair; null when it does not open. */
export async function unseal(text: string, pair: Pair, info: Buffer): Promise<Buffer | null> {
  const [enc, ct] = decodeParts(text, 2) ?? [];
  if (enc === undefined || ct === undefined) return null;
  try {
    const recipient = { recipientKey: pair.keys, enc: toArrayBuffer(enc), info: toArrayBuffer(info) };
    return Buffer.from(await theSuite().open(recipient, toArrayBuffer(ct)));
  } catch {
    // The library says only that it did not open; the caller knows what that means.
    return null;
  }
}

export function toDataKey(bytes: Buffer): KeyObject {
  return createSecretKey(bytes);
}

function readPublicKey(text: string): Promise<webcrypto.CryptoKey> {
  return theSuite().kem.deserializePublicKey(toArrayBuffer(Buffer.from(text, 'base64url')));
}

/** A buffer of exactly these bytes: Node's own are often views of a larger pool. */
function toArrayBuffer(bytes: Buffer): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}
