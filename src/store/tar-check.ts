const RECORD = 512;

/**
 * Looks at the headers of a tar archive as it passes. What PGlite takes for a damaged one it unpacks once more, and that fails outside
 * of any promise one could wait for.
 */
export class TarCheck {
  #header = Buffer.alloc(0);
  /** Bytes of an entry that are still to come. */
  #left = 0;
  #isOver = false;

  /** @throws Error where a header is damaged, or none */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && !this.#isOver;) {
      if (this.#left > 0) {
        const passed = Math.min(this.#left, chunk.length - at);
        this.#left -= passed;
        at += passed;
        continue;
      }
      const piece = chunk.subarray(at, at + RECORD - this.#header.length);
      this.#header = Buffer.concat([this.#header, piece]);
      at += piece.length;
      if (this.#header.length === RECORD) this.#next();
    }
  }

  /** @throws Error where the archive breaks off */
  end(): void {
    if (!this.#isOver) throw new Error('The archive breaks off.');
  }

  #next(): void {
    const header = this.#header;
    this.#header = Buffer.alloc(0);
    // An empty record ends the archive.
    this.#isOver = header.every((byte) => byte === 0);
    if (this.#isOver) return;
    if (header.toString('latin1', 257, 262) !== 'ustar') throw new Error('This is not a tar archive.');
    // The checksum is that of a header in which it is blank.
    const blank = Buffer.from(header).fill(' ', 148, 156);
    if (octal(header, 148, 156) !== blank.reduce((sum, byte) => sum + byte, 0))
      throw new Error('A header of the archive is damaged.');
    this.#left = Math.ceil(octal(header, 124, 136) / RECORD) * RECORD;
  }
}

function octal(header: Buffer, from: number, to: number): number {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(header.toString('latin1', from, to))?.[1];
  if (digits === undefined) throw new Error('A header of the archive holds no number.');
  return Number.parseInt(digits, 8);
}
