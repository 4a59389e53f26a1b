import type { Secret } from '../domain/secret.js';

const MASK = '[key]';
/** An escape of JSON; taken whole, so that a backslash which is escaped itself begins none. */
const ESCAPED = /\\(?:u00([2-7][0-9a-f])|.)/gis;
/** A character as addresses write it, encoded once or more, as pages do, and as JSON does that is a text of JSON. */
const ENCODED = /(?:%(?:25)*|\\{2,8}u00)([2-7][0-9a-f])|&#x0*([2-7][0-9a-f]);|&#0*(\d{2,3});/gi;

/**
 * What may part the letters of a key in any of these spellings: what nobody sees, spaces, and breaks of lines. Bounded, for a run of
 * them that begin as the key does would be gone through from each.
 */
const BETWEEN =
  '(?:[^!-~]|\\\\+(?:u(?!00[2-7])[0-9a-f]{4}|[nrt])|%(?:25)*(?![2-7])[0-9a-f]{2}|&(?:#x?[0-9a-f]+|[a-z]+);){0,40}';

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

interface Spellings {
  plain: RegExp;
  hex: RegExp;
  base64: RegExp[];
}

/** Of each key that asks: they are long, and each answer has a dozen headers. */
const SPELLINGS = new WeakMap<Secret, Spellings>();

function spellingsOf(key: Secret): Spellings {
  const secret = key.reveal();
  const spellings = SPELLINGS.get(key) ?? {
    plain: brokenUp(secret, 'gi'),
    hex: brokenUp(Buffer.from(secret).toString('hex'), 'gi'),
    base64: base64Forms(secret).map((form) => brokenUp(form, 'g')),
  };
  SPELLINGS.set(key, spellings);
  return spellings;
}

function brokenUp(text: string, flags: string): RegExp {
  return new RegExp(Array.from(text, (letter) => letter.replace(/\W/, '\\$&')).join(BETWEEN), flags);
}

/** The letter, digit or sign that an escape stands for, where it needs none: quotes and backslashes do. */
function spellOut(escape: string, code: string | undefined): string {
  const character = code === undefined ? '' : String.fromCharCode(Number.parseInt(code, 16));
  return /^[\w.-]$/.test(character) ? character : escape;
}

/** What base64 has of it whatever stands before and behind it: three places to begin at, and two alphabets. */
function base64Forms(secret: string): string[] {
  const forms = [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    return bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
  });
  return [...new Set(forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]))];
}
