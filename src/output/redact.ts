import { PROVIDERS } from '../providers/list.js';

/** So much behind a prefix is a key; the prefix alone, or with the dots of a redacted key, is what a hint is about. */
const LEAST_OF_A_KEY = 12;
/** Anything shaped like a key of a provider or a token of ours, whoever put it into a text. */
const SHAPES = [
  ...PROVIDERS.flatMap(({ adminKeyPrefix, moreKeyPrefixes = [], otherKeys }) => [
    adminKeyPrefix,
    ...moreKeyPrefixes,
    ...otherKeys.map(({ prefix }) => prefix),
  ]).map((prefix) => new RegExp(`\\b${prefix}[-\\w]{${LEAST_OF_A_KEY},}`, 'g')),
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
