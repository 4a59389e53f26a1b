import { createReadStream } from 'node:fs';
import { splitLines } from '../domain/lines.js';

/** Far more than a row of ours can have; a file without line ends must not fill the memory. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** The lines of a file, one at a time. @throws RangeError when one is longer than any of ours */
export async function* readLines(path: string): AsyncGenerator<string> {
  const pieces = createReadStream(path, { encoding: 'utf8', highWaterMark: 1024 * 1024 }) as AsyncIterable<string>;
  const tooLong = () => new RangeError(`A line of ${path} is longer than ${LONGEST_LINE} characters.`);
  for await (const lines of splitLines(pieces, LONGEST_LINE, tooLong)) yield* lines;
}
