import { createHash } from 'node:crypto';

/** A number from 0 to 1 (exclusive) that follows from its parts alone. */
export function drawOnce(...parts: (string | number)[]): number {
  return seedOf(parts) / 2 ** 32;
}

/** A stream of numbers from 0 to 1 (exclusive) that follows from its parts alone (mulberry32). */
export function createRandom(...parts: (string | number)[]): () => number {
  let state = seedOf(parts);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function seedOf(parts: (string | number)[]): number {
  return createHash('sha256').update(JSON.stringify(parts)).digest().readUInt32BE();
}
