import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { splitLines } from '../../src/domain/lines.js';

async function all(pieces: Iterable<string>, longest = 1000): Promise<string[]> {
  const lines: string[] = [];
  const tooLong = () => new RangeError('too long');
  for await (const batch of splitLines(Readable.from(pieces), longest, tooLong)) lines.push(...batch);
  return lines;
}

it('splits a text the same however it is cut', async () => {
  const text = 'one\r\ntwo\n\nthree\r\n\r\nfour';
  for (let size = 1; size <= text.length; size += 1) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
      text.slice(i * size, (i + 1) * size),
    );
    expect(await all(pieces)).toEqual(['one', 'two', '', 'three', '', 'four']);
  }
  expect(await all([])).toEqual([]);
  expect(await all(['one\n'])).toEqual(['one']);
});

it('ends at a line that is too long, and takes one of many pieces', async () => {
  await expect(all(['a'.repeat(600), 'a'.repeat(600)])).rejects.toThrow('too long');
  const pieces = Array.from({ length: 200_000 }, () => 'x'.repeat(100));
  expect((await all(pieces, 1e9))[0]).toHaveLength(20_000_000);
});
