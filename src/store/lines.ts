import { createReadStream } from 'node:fs';

/** Far more than a row of ours can have; a file without line ends must not fill the memory. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** The lines of a file, one at a time. @throws RangeError when one is longer than any of ours */
export async function* readLines(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1024 * 1024 })) {
    const lines = (rest + (chunk as string)).split(/\r?\n/);
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > LONGEST_LINE)
      throw new RangeError(`A line of ${path} is longer than ${LONGEST_LINE} characters.`);
  }
  if (rest !== '') yield rest;
}
