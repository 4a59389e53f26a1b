/** Far more than a bill has line items and projects. */
const MOST = 50_000;

/**
 * Equal values as one in memory: the lines of a bill are many, and their words are few. All are forgotten where they are too many
 * to be worth it.
 */
export class SharedValues<Key, Value> {
  readonly #known = new Map<Key, Value>();

  constructor(private readonly make: (key: Key) => Value) {}

  of(key: Key): Value {
    let value = this.#known.get(key);
    if (value === undefined) {
      if (this.#known.size >= MOST) this.#known.clear();
      this.#known.set(key, (value = this.make(key)));
    }
    return value;
  }
}
