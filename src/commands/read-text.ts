import { createReadStream } from 'node:fs';
import { CostsError } from '../errors.js';

/** A sheet of all projects or prices that anybody has is far smaller. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * A file that a person made, in the encoding its mark (BOM) names, else in UTF-8.
 * @throws CostsError `usage` when it cannot be read, is too large, or is in another encoding, whose letters would come out wrong
 */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  try {
    const text = new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
    // UTF-16 without its mark has one in every letter, and no database keeps one.
    if (text.includes('\0')) throw new TypeError('NUL');
    return text;
  } catch (cause) {
    throw new CostsError('usage', `${path} is not a text in UTF-8.`, {
      hint: `Save it as "CSV UTF-8", or convert it: iconv -f WINDOWS-1252 -t UTF-8`,
      cause,
    });
  }
}

/** Piece by piece, as a pipe or a device does not say how much it holds. */
async function readBytes(path: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > MOST_BYTES)
        throw new CostsError('usage', `${path} is larger than ${MOST_BYTES} bytes.`, {
          hint: 'Divide it into several files.',
        });
      pieces.push(piece);
    }
  } catch (cause) {
    if (cause instanceof CostsError) throw cause;
    throw new CostsError('usage', `${path} cannot be read.`, { hint: 'Check its name and its permissions.', cause });
  }
  return Buffer.concat(pieces);
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return 'utf-8';
}
