import { PROVIDERS } from '../providers/list.js';
import { printable } from './gate.js';

/** So much behind a prefix is a key; the prefix alone is what a hint is about. */
const LEAST_OF_A_KEY = 12;
/** So short a prefix begins names, too: a key is longer, and has a digit and either no hyphen or letters of both cases. */
const SHORT_PREFIX = 4;
const MADE_BY_CHANCE = '(?=[-\\w]{0,200}\\d)(?:\\w{20}|(?=[-\\w]{0,200}[A-Z])(?=[-\\w]{0,200}[a-z])[-\\w]{20})[-\\w]*';
/** Behind a prefix, what a provider shows of an API key that it shortened: "sk-ant-api03-R2D...igAA". */
const SHORTENED = '[-\\w]{0,16}\\.{3}\\w{2,4}\\b';
/** Anything shaped like a key of a provider or a token of ours, whoever put it into a text. */
const SHAPES = [
  ...PROVIDERS.flatMap(({ adminKeyPrefix, moreKeyPrefixes = [], otherKeys }) => [
    adminKeyPrefix,
    ...moreKeyPrefixes,
    ...otherKeys.map(({ prefix }) => prefix),
  ]).map((prefix) => {
    const rest = prefix.length > SHORT_PREFIX ? `[-\\w]{${LEAST_OF_A_KEY},}` : MADE_BY_CHANCE;
    return new RegExp(`\\b${prefix}(?!${SHORTENED})${rest}`, 'g');
  }),
  /\bcosts_[A-Za-z0-9]+_[A-Za-z0-9]{20,}/g,
];
const MASK = '[secret]';

/** Masks secrets in every text that leaves the process. */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** Texts shorter than this are words, and masking them would garble everything. */
  static readonly SHORTEST = 6;

  add(secret: string): void {
    // What is written is masked as it is shown, and what is typed as it is.
    for (const form of [secret, printable(secret, false)])
      if (form.length >= Redactor.SHORTEST) this.#secrets.add(form);
  }

  mask(text: string): string {
    let masked = text;
    for (const secret of this.#secrets) masked = masked.replaceAll(secret, MASK);
    for (const shape of SHAPES) masked = masked.replace(shape, MASK);
    return masked;
  }
}
