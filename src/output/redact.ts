import { PROVIDERS } from '../providers/list.js';

/** So much behind a prefix is a key; the prefix alone is what a hint is about. */
const LEAST_OF_A_KEY = 12;
/** Behind a prefix, what a provider shows of an API key that it shortened: "sk-ant-api03-R2D...igAA". */
const SHORTENED = '[-\\w]{0,16}\\.{3}\\w{2,4}\\b';
/** Anything shaped like a key of a provider or a token of ours, whoever put it into a text. */
const SHAPES = [
  ...PROVIDERS.flatMap(({ adminKeyPrefix, moreKeyPrefixes = [], otherKeys }) => [
    adminKeyPrefix,
    ...moreKeyPrefixes,
    ...otherKeys.map(({ prefix }) => prefix),
  ]).map((prefix) => new RegExp(`\\b${prefix}(?!${SHORTENED})[-\\w]{${LEAST_OF_A_KEY},}`, 'g')),
  /\bcosts_[A-Za-z0-9]+_[A-Za-z0-9]{20,}/g,
];
const MASK = '[secret]';

/** Masks secrets in every text that leaves the process. */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** Texts shorter than this are words, and masking them would garble everything. */
  static readonly SHORTEST = 6;

  add(secret: string): void {
    if (secret.length >= Redactor.SHORTEST) this.#secrets.add(secret);
  }

  mask(text: string): string {
    let masked = text;
    for (const secret of this.#secrets) masked = masked.replaceAll(secret, MASK);
    for (const shape of SHAPES) masked = masked.replace(shape, MASK);
    return masked;
  }
}
