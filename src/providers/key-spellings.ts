import type { Secret } from '../domain/secret.js';

/**
 * What may part the letters of a key in any of these spellings: what nobody sees, spaces, and breaks of lines. Bounded, for a run of
 * them that begin as the key does would be gone through from each.
 */
const BETWEEN =
  '(?:[^!-~]|\\\\+(?:u(?!00[2-7])[0-9a-f]{4}|[nrt])|%(?:25)*(?![2-7])[0-9a-f]{2}|&(?:#x?[0-9a-f]+|[a-z]+);){0,40}';

interface Spellings {
  plain: RegExp;
  hex: RegExp;
  base64: RegExp[];
}

/** Of each key that asks: they are long, and each answer has a dozen headers. */
const SPELLINGS = new WeakMap<Secret, Spellings>();

/** How a refusal may spell a key, as patterns that find it within other text. */
export function spellingsOf(key: Secret): Spellings {
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

/** What base64 has of it whatever stands before and behind it: three places to begin at, and two alphabets. */
function base64Forms(secret: string): string[] {
  const forms = [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    return bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
  });
  return [...new Set(forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]))];
}
