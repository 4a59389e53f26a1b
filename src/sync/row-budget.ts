/** Rows that may be on their way at once, over all organizations, from the request until they are written. */
export const ROWS_AT_ONCE = 20_000;

/**
 * Room in memory. A window's answer is held as a whole, so that half a day is never stored; how many windows may be held
 * at once follows from how many rows they have, and a backfill of millions of rows needs no more memory than a short one.
 */
export class RowBudget {
  #taken = 0;
  readonly #waiting: { rows: number; enter: () => void }[] = [];

  /** Does work that holds about so many rows, once there is room for them; more than there ever is are let in alone. */
  async hold<T>(rows: number, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((enter) => {
      this.#waiting.push({ rows, enter });
      this.#admit();
    });
    try {
      return await work();
    } finally {
      this.#taken -= rows;
      this.#admit();
    }
  }

  /** In the order they came: a large one would otherwise wait for ever behind small ones. */
  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#taken > 0 && this.#taken + next.rows > ROWS_AT_ONCE) return;
      this.#waiting.shift();
      this.#taken += next.rows;
      next.enter();
    }
  }
}
