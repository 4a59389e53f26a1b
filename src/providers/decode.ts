import { pipeline, Readable, type Duplex } from 'node:stream';
import * as zlib from 'node:zlib';
import { codeOf } from '../errors.js';

// Since Node 22.15 and 23.8; older versions do not ask for it.
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Duplex };
const DECODERS: Record<string, () => Duplex> = {
  gzip: zlib.createGunzip,
  deflate: zlib.createInflate,
  'raw-deflate': zlib.createInflateRaw,
  br: zlib.createBrotliDecompress,
  ...(createZstdDecompress === undefined ? {} : { zstd: createZstdDecompress }),
};

/** For `Accept-Encoding`. */
export const ENCODINGS = Object.keys(DECODERS)
  .filter((name) => name !== 'raw-deflate')
  .join(', ');

/** How compressed bytes begin, for answers whose header a proxy has lost. */
const MAGIC: [encoding: string, bytes: number[]][] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ...[0x01, 0x5e, 0x9c, 0xda].map((level): [string, number[]] => ['deflate', [0x78, level]]),
];
/** Byte order marks of UTF-8 and UTF-16. */
const MARKS = [
  [0xef, 0xbb, 0xbf],
  [0xff, 0xfe],
  [0xfe, 0xff],
];
/** Nobody compresses an answer more often than this. */
const MOST_LAYERS = 3;
/** Enough to see what a body is. */
const START_BYTES = 64;

/** A body that cannot be read, with what is wrong about it. */
export class UndecodableBody extends Error {
  override readonly name = 'UndecodableBody';

  /** @param isCut its end is missing, so that it may be whole the next time */
  constructor(
    message: string,
    readonly isCut: boolean,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

type Bytes = AsyncIterable<Buffer>;

/**
 * A body as UTF-8, piece by piece: decompressed as its header says, or as it begins, and without its byte order mark. One that a
 * proxy has decompressed already, leaving the header, is taken as it is.
 * @throws UndecodableBody while it is read
 */
export async function* decodeBody(body: Bytes, encoding: string | null): AsyncGenerator<Buffer, void, undefined> {
  const layers = (encoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim().replace(/^x-/, ''));
  let { start, all } = await peek(body);
  for (const layer of layers.reverse().slice(0, MOST_LAYERS)) {
    if (layer === '' || layer === 'identity' || isText(start)) continue;
    ({ start, all } = await peek(decode(all, layer === 'deflate' && !isZlib(start) ? 'raw-deflate' : layer)));
  }
  const isPage = start[0] === 0x3c;
  if (!isText(start) && !isPage) ({ start, all } = await peek(decode(all, guess(start), 'binary data')));
  yield* toUtf8(all, start);
}

/** How a body begins, and all of it. */
async function peek(body: Bytes): Promise<{ start: Buffer; all: Bytes }> {
  const rest = body[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  let isOver = false;
  while (start.length < START_BYTES && !isOver) {
    const next = await rest.next();
    if (next.done === true) isOver = true;
    else start = Buffer.concat([start, next.value]);
  }
  return { start, all: isOver ? from([start]) : from([start], rest) };
}

async function* from(start: Buffer[], rest?: AsyncIterator<Buffer>): Bytes {
  try {
    yield* start;
    for (let next = await rest?.next(); next !== undefined && next.done !== true; next = await rest?.next())
      yield next.value;
  } finally {
    // Whoever stops reading lets go of the connection.
    await rest?.return?.();
  }
}

async function* decode(bytes: Bytes, encoding: string, what = `${encoding} that cannot be decompressed`): Bytes {
  const decoder = DECODERS[encoding];
  if (decoder === undefined) throw new UndecodableBody(`${encoding}, which cannot be decompressed here,`, false);
  let broken: unknown;
  const source = Readable.from(
    (async function* () {
      try {
        yield* bytes;
      } catch (error) {
        broken = error;
        throw error;
      }
    })(),
  );
  try {
    yield* pipeline(source, decoder(), () => undefined) as unknown as Bytes;
  } catch (error) {
    if (broken instanceof Error) throw broken;
    throw new UndecodableBody(what, codeOf(error) === 'Z_BUF_ERROR', error);
  }
}

/** How a body without a header is compressed. Brotli has no sign of its own: it is what is neither text nor anything else. */
function guess(start: Buffer): string {
  const known = MAGIC.find(([, magic]) => magic.every((byte, index) => start[index] === byte))?.[0];
  return known ?? 'br';
}

/** Many servers leave the wrapping out that `deflate` should have: https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1.2 */
function isZlib([first = 0, second = 0]: Buffer): boolean {
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}

/** Whether it is text, marked or UTF-8. A compressed body may begin with any letter, but goes on with bytes that no text has. */
function isText(bytes: Buffer): boolean {
  const start = bytes.subarray(0, START_BYTES);
  if (MARKS.some((mark) => mark.every((byte, index) => start[index] === byte))) return true;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true });
    // eslint-disable-next-line no-control-regex -- what no text has
    return !/[\u0000-\u0008\u000e-\u001f]/.test(text);
  } catch {
    return false;
  }
}

async function* toUtf8(bytes: Bytes, start: Buffer): Bytes {
  const utf16 =
    start[0] === 0xff && start[1] === 0xfe ? 'utf-16le' : start[0] === 0xfe && start[1] === 0xff ? 'utf-16be' : null;
  const isMarked = start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf;
  const decoder = utf16 === null ? null : new TextDecoder(utf16);
  let skip = isMarked ? 3 : 0;
  for await (const piece of bytes) {
    if (decoder !== null) yield Buffer.from(decoder.decode(piece, { stream: true }));
    else yield skip === 0 ? piece : piece.subarray(skip);
    skip = 0;
  }
}
