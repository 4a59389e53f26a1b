/** Anything shaped like a key or a token of ours, whoever put it into a text. */
const SHAPES = [/\bsk-(?:admin|ant|proj|svcacct)[-\w]*[-\w]{4,}/g, /\bcosts_[A-Za-z0-9]+_[A-Za-z0-9]{20,}/g];
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
