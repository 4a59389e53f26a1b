import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

type Decoder = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

// Since Node 22.15 and 23.8; older versions do not ask for it.
const { zstdDecompress } = zlib as { zstdDecompress?: Parameters<typeof promisify>[0] };
const DECODERS: Record<string, Decoder> = {
  gzip: promisify(zlib.gunzip) as Decoder,
  deflate: promisify(zlib.inflate) as Decoder,
  br: promisify(zlib.brotliDecompress) as Decoder,
  ...(zstdDecompress === undefined ? {} : { zstd: promisify(zstdDecompress) as Decoder }),
};

/** For `Accept-Encoding`. */
export const ENCODINGS = Object.keys(DECODERS).join(', ');

/** How compressed bytes begin, for answers whose header a proxy has lost. */
const MAGIC: [encoding: string, bytes: number[]][] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
];
/** Nobody compresses an answer more often than this. */
const MOST_LAYERS = 3;

/** A body that cannot be read, with what is wrong about it. */
export class UndecodableBody extends Error {
  override readonly name = 'UndecodableBody';
}

/** More came out than may. */
export class LargeBody extends Error {
  override readonly name = 'LargeBody';
}

/**
 * The text of a body: decompressed as its header says, or as it begins, and read by its byte order mark, else as UTF-8. A body
 * that a proxy has decompressed already, leaving the header, is taken as it is.
 * @param most bytes that may come out.
 * @throws UndecodableBody, LargeBody
 */
export async function decodeBody(body: Buffer, encoding: string | null, most: number): Promise<string> {
  const layers = (encoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim().replace(/^x-/, ''));
  let bytes = body;
  for (const layer of layers.reverse().slice(0, MOST_LAYERS)) {
    if (layer === '' || layer === 'identity' || isText(bytes)) continue;
    bytes = await decode(bytes, layer, most);
  }
  const lost = MAGIC.find(([, magic]) => magic.every((byte, index) => bytes[index] === byte))?.[0];
  return toText(lost === undefined ? bytes : await decode(bytes, lost, most));
}

async function decode(bytes: Buffer, encoding: string, most: number): Promise<Buffer> {
  const decoder = DECODERS[encoding];
  if (decoder === undefined)
    throw new UndecodableBody(`an answer compressed with ${encoding}, which cannot be read here`);
  try {
    return await decoder(bytes, { maxOutputLength: most });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw new LargeBody();
    throw new UndecodableBody(`${encoding} that cannot be decompressed`);
  }
}

/** JSON, and every page of a proxy, begins so; no compressed body does. */
function isText(bytes: Buffer): boolean {
  const start = bytes.subarray(0, 64).toString('latin1').trimStart();
  return bytes.length === 0 || /^(?:\u00ef\u00bb\u00bf)?[{[<"]/.test(start);
}

function toText(bytes: Buffer): string {
  const utf16 =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
  return new TextDecoder(utf16 ?? 'utf-8').decode(bytes);
}
