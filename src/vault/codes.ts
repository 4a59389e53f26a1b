import { randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Secret } from '../domain/secret.js';
import { CostsError } from '../errors.js';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const TOKEN = /^(costs_([0-9A-Za-z]{12})_[0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;
/** No letters or digits that a person mistakes for one another. */
const READABLE = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const CODE_LENGTH = 30;
const TOKEN_ID_LENGTH = 12;

/** A token: its id, 256 random bits, and a checksum that tells a cut-off paste from a wrong token. */
export function makeToken(): { id: string; token: Secret } {
  const id = Array.from({ length: TOKEN_ID_LENGTH }, () => BASE62[randomInt(BASE62.length)]).join('');
  const body = `costs_${id}_${base62(BigInt(`0x${randomBytes(32).toString('hex')}`), 43)}`;
  return { id, token: new Secret(`${body}${checksum(body)}`) };
}

/** The id within a token. @throws CostsError `auth` when it is none, or was not copied whole. */
export function tokenId(token: Secret): string {
  const [, body = '', id = '', sum] = TOKEN.exec(token.reveal()) ?? [];
  if (id !== '' && checksum(body) === sum) return id;
  throw new CostsError('auth', 'COSTS_TOKEN holds no token of costs, or one that was not copied whole.', {
    hint: 'Make one; it is shown once: costs tokens create --help',
  });
}

/** A code for a person: 150 random bits in groups of five. */
export function makeCode(): Secret {
  const symbols = Array.from({ length: CODE_LENGTH }, () => READABLE[randomInt(READABLE.length)]).join('');
  return new Secret(symbols.replace(/(.{5})(?=.)/g, '$1-'));
}

/** A code as it was typed: in any case, with or without dashes. */
export function parseCode(text: Secret): Secret {
  return new Secret(
    text
      .reveal()
      .toUpperCase()
      .replace(/[\s-]/g, '')
      .replace(/(.{5})(?=.)/g, '$1-'),
  );
}

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 62n) text = `${BASE62[Number(rest % 62n)] ?? ''}${text}`;
  return text.padStart(length, '0');
}

function checksum(body: string): string {
  return base62(BigInt(crc32(body)), 6);
}
