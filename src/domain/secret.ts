import { inspect } from 'node:util';

/** A secret that no printing shows: `reveal` is the only way to its text, and is called where the secret is used. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  /** The last four characters, by which a person recognizes a key. */
  lastFour(): string {
    return this.#text.slice(-4);
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
