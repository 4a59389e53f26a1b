import type { Secret } from '../domain/secret.js';
import { spellingsOf } from './key-spellings.js';

const MASK = '[key]';
/** An escape of JSON; taken whole, so that a backslash which is escaped itself begins none. */
const ESCAPED = /\\(?:u00([2-7][0-9a-f])|.)/gis;
/** A character as addresses write it, encoded once or more, as pages do, and as JSON does that is a text of JSON. */
const ENCODED = /(?:%(?:25)*|\\{2,8}u00)([2-7][0-9a-f])|&#x0*([2-7][0-9a-f]);|&#0*(\d{2,3});/gi;

/** An answer may repeat the key that it was asked with, spelled in any way JSON knows; from here on nothing can print it. */
export function maskKey(text: string, key: Secret): string {
  const secret = key.reveal();
  if (secret === '') return text;
  const spelled = text.includes('\\u00') ? text.replace(ESCAPED, spellOut) : text;
  return spelled.replaceAll(secret, MASK);
}

/**
 * A refusal may repeat it as headers, addresses, pages and logs write it, too: in base64, alone or within more, with percent signs
 * or entities, in hexadecimal, in one case, and broken up by what is not seen, which the gate would take out.
 */
export function maskRefusal(text: string, key: Secret): string {
  const secret = key.reveal();
  // No spelling is shorter than the key.
  if (secret === '' || text.length < secret.length) return text;
  const { plain, hex, base64 } = spellingsOf(key);
  const masked = maskKey(text, key).replace(plain, MASK).replace(hex, MASK);
  const spelled = masked.replace(ENCODED, (encoded, percent?: string, hexadecimal?: string, decimal?: string) =>
    spellOut(encoded, percent ?? hexadecimal ?? Number(decimal).toString(16)),
  );
  const shown = spelled.replace(plain, MASK);
  // Percent signs and entities of other words stay as they are.
  return base64.reduce((sum, form) => sum.replace(form, MASK), shown === spelled ? masked : shown);
}

/** The letter, digit or sign that an escape stands for, where it needs none: quotes and backslashes do. */
function spellOut(escape: string, code: string | undefined): string {
  const character = code === undefined ? '' : String.fromCharCode(Number.parseInt(code, 16));
  return /^[\w.-]$/.test(character) ? character : escape;
}
