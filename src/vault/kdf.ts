import { hkdfSync, randomBytes, scrypt } from 'node:crypto';
import type { Secret } from '../domain/secret.js';
import { CostsError } from '../errors.js';
import { subkeyName } from './format.js';

/** About 0.3 s and 128 MB: what one guess costs whoever stole the database. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1 };
/** Above these a stored value would only serve to exhaust the memory of whoever logs in. */
const SCRYPT_MAXIMUM = { N: 2 ** 20, r: 8, p: 4 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** How a new password is stretched. */
export function newScrypt(): string {
  return `scrypt$${SCRYPT.N}$${SCRYPT.r}$${SCRYPT.p}$${randomBytes(SALT_BYTES).toString('base64url')}`;
}

/** How a secret of 128 random bits or more is spread; it needs no stretching. */
export function newHkdf(): string {
  return `hkdf$${randomBytes(SALT_BYTES).toString('base64url')}`;
}

/**
 * 256 bits from a secret, the way its slot says.
 * @throws CostsError `auth` for parameters so weak or so large that only an attacker could have stored them.
 */
export async function deriveBits(secret: Secret, kdf: string, purpose: 'password' | 'token' | 'code'): Promise<Buffer> {
  if (purpose === 'password') return deriveByScrypt(secret, kdf);
  const salt = /^hkdf\$([\w-]+)$/.exec(kdf)?.[1];
  if (salt === undefined) throw refused('the way its secret becomes a key is not one we know');
  return Buffer.from(hkdfSync('sha256', Buffer.from(secret.reveal()), checkSalt(salt), subkeyName(purpose), KEY_BYTES));
}

function deriveByScrypt(secret: Secret, kdf: string): Promise<Buffer> {
  const { N, r, p, salt } = parseScrypt(kdf);
  const options = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    scrypt(secret.reveal().normalize('NFKC'), salt, KEY_BYTES, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function parseScrypt(kdf: string) {
  const match = /^scrypt\$(\d{1,12})\$(\d{1,6})\$(\d{1,6})\$([\w-]+)$/.exec(kdf);
  if (match === null) throw refused('the way its password becomes a key is not one we know');
  const [N, r, p] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const named = `scrypt ${N}/${r}/${p}`;
  if (N < SCRYPT.N || r < SCRYPT.r || p < SCRYPT.p)
    throw refused(`${named} is weaker than ${SCRYPT.N}/${SCRYPT.r}/${SCRYPT.p}`);
  if (N > SCRYPT_MAXIMUM.N || r > SCRYPT_MAXIMUM.r || p > SCRYPT_MAXIMUM.p || !Number.isInteger(Math.log2(N)))
    throw refused(`${named} is more than ${SCRYPT_MAXIMUM.N}/${SCRYPT_MAXIMUM.r}/${SCRYPT_MAXIMUM.p}`);
  return { N, r, p, salt: checkSalt(match[4] ?? '') };
}

function checkSalt(text: string): Buffer {
  const salt = Buffer.from(text, 'base64url');
  if (salt.length !== SALT_BYTES) throw refused(`its salt has ${salt.length} bytes instead of ${SALT_BYTES}`);
  return salt;
}

function refused(reason: string): CostsError {
  return new CostsError('auth', `The slot is refused: ${reason}.`, {
    hint: 'It was changed outside costs. An admin can replace it: costs members reset --help',
  });
}
