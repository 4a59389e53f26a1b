import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';
import { CostsError } from '../errors.js';
import { associatedData, decodeParts, encodeParts, type Binding } from './format.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts and binds; the text it returns is what the store keeps. */
export function encrypt(key: KeyObject, plaintext: Buffer, binding: Binding): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(binding));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return encodeParts([nonce, ciphertext, cipher.getAuthTag()]);
}

/**
 * Opens what `encrypt` made under the same binding.
 * @param what names the ciphertext in errors, such as `The key of Prod`
 * @param mend what to do when it does not open, such as `Log in again: costs login`
 * @throws CostsError `auth` when it is truncated, altered, moved to another row, or of another data key.
 */
export function decrypt(
  key: KeyObject,
  text: string,
  binding: Binding,
  { what, mend }: { what: string; mend: string },
): Buffer {
  const refused = (message: string, cause?: unknown) =>
    new CostsError('auth', message, {
      hint: `The store was changed outside costs, or it was restored in part. ${mend}`,
      cause,
    });
  const [nonce, ciphertext, tag] = decodeParts(text, 3) ?? [];
  if (nonce === undefined || ciphertext === undefined || tag === undefined || nonce.length !== NONCE_BYTES) {
    throw refused(`${what} is not readable: its ciphertext is truncated or of another format.`);
  }
  // Node would accept a tag of 4 bytes, which can be guessed.
  if (tag.length !== TAG_BYTES) {
    throw refused(`${what} is not readable: its authentication tag has ${tag.length} bytes instead of ${TAG_BYTES}.`);
  }
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associatedData(binding));
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch (cause) {
    throw refused(
      `${what} does not open: it was altered, moved from another row, or encrypted with another data key.`,
      cause,
    );
  }
}
