import { open } from 'node:fs/promises';
import { parquetMetadataAsync, parquetRead, type AsyncBuffer, type FileMetaData, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { CostsError } from '../errors.js';
import { ONLY_AS_TEXT } from './columns.js';
import { textOf, type Table, type Values, type WantedOf } from './values.js';

/**
 * A row group may be all of a file: of its rows so many are decoded at once. Each time the pages before them are passed over,
 * so that fewer would take longer.
 */
const ROWS_A_BATCH = 50_000;

/**
 * Opens a Parquet file some rows at a time. The reader makes floats of decimals: it is not told that a column is one, gives
 * their bytes, and the digits are written here.
 */
export async function openParquet(path: string, wantedOf: WantedOf): Promise<Table> {
  const file = await bufferOf(path);
  const { metadata, top } = await metadataOf(file);
  const columns = top.map(({ name }) => name);
  const wanted = wantedOf(columns.filter((column) => !isEmpty(metadata, column)));
  const floats = new Set(top.filter(({ type }) => type === 'FLOAT').map(({ name }) => name));
  const scales = takeDecimals(metadata.schema, top);
  const present = wanted
    .filter((column) => column !== null)
    .filter((column) => columns.includes(column) && (column !== ONLY_AS_TEXT || !isNested(metadata, column)));
  const toText = (column: string, value: unknown): string | null => {
    if (floats.has(column) && typeof value === 'number') return floatText(value);
    const scale = scales.get(column);
    return scale === undefined || value === null || value === undefined ? textOf(value) : decimalText(value, scale);
  };
  const read = async (rowStart: number, rowEnd: number): Promise<Record<string, unknown>[]> => {
    let rows: Record<string, unknown>[] = [];
    await parquetRead({
      file,
      metadata,
      columns: present,
      rowStart,
      rowEnd,
      // Where the file tells where its pages are, only those of these rows are read.
      useOffsetIndex: true,
      rowFormat: 'object',
      compressors,
      // Bytes without a meaning stay bytes: those of decimals are none of a text.
      utf8: false,
      onComplete: (found) => {
        rows = found;
      },
    });
    return rows;
  };
  const step = present.some((column) => isNested(metadata, column)) ? Infinity : ROWS_A_BATCH;
  async function* batches(): AsyncGenerator<Values[]> {
    let groupStart = 0;
    for (const { num_rows } of metadata.row_groups) {
      const groupEnd = groupStart + Number(num_rows);
      for (let start = groupStart; start < groupEnd; start += step) {
        const rows = await read(start, Math.min(start + step, groupEnd));
        yield rows.map((row) => wanted.map((column) => (column === null ? null : toText(column, row[column]))));
      }
      groupStart = groupEnd;
    }
  }
  return { columns, batches: batches() };
}

/** @throws CostsError `contract`; what the reader says of a file that is none is about its own parts */
async function metadataOf(file: AsyncBuffer): Promise<{ metadata: FileMetaData; top: SchemaElement[] }> {
  try {
    const metadata = await parquetMetadataAsync(file);
    return { metadata, top: topElements(metadata.schema) };
  } catch (cause) {
    throw new CostsError('contract', 'it is not a Parquet file, or not a whole one', { cause });
  }
}

async function bufferOf(path: string): Promise<AsyncBuffer> {
  const file = await open(path);
  const { size } = await file.stat();
  await file.close();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const from = start < 0 ? size + start : start;
      const bytes = new Uint8Array(Math.max(0, end - from));
      const reader = await open(path);
      try {
        // A mount may bring less than it was asked for.
        for (let at = 0; at < bytes.length;) {
          const { bytesRead } = await reader.read(bytes, at, bytes.length - at, from + at);
          if (bytesRead === 0) throw new Error(`${path} has an end before its end.`);
          at += bytesRead;
        }
      } finally {
        await reader.close();
      }
      return bytes.buffer;
    },
  };
}

/** The columns of the file: what is within them may be called like others of them. */
function topElements(schema: readonly SchemaElement[]): SchemaElement[] {
  const elements: SchemaElement[] = [];
  for (let at = 1; at < schema.length; at = skip(schema, at)) elements.push(...schema.slice(at, at + 1));
  return elements;
}

/** Whether the file tells that a column has nothing in any row. */
function isEmpty({ row_groups }: FileMetaData, column: string): boolean {
  return row_groups.every(({ columns }) => {
    const { num_values, statistics } =
      columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === column)?.meta_data ?? {};
    return num_values !== undefined && statistics?.null_count === num_values;
  });
}

/** Maps and lists have no pages that could be passed over undecoded. */
function isNested({ schema }: FileMetaData, column: string): boolean {
  return schema.some(({ name, num_children }) => name === column && (num_children ?? 0) > 0);
}

/** Behind an element and all that is in it. */
function skip(schema: readonly SchemaElement[], at: number): number {
  let next = at + 1;
  for (let child = 0; child < (schema[at]?.num_children ?? 0); child += 1) next = skip(schema, next);
  return next;
}

/** Makes plain numbers and bytes of decimals. @returns the scales of those that are columns */
function takeDecimals(schema: SchemaElement[], top: readonly SchemaElement[]): Map<string, number> {
  const scales = new Map<string, number>();
  for (const element of schema) {
    const logical = element.logical_type;
    const isDecimal = element.converted_type === 'DECIMAL' || logical?.type === 'DECIMAL';
    if (!isDecimal) continue;
    const scale = element.scale ?? (logical?.type === 'DECIMAL' ? logical.scale : 0);
    if (top.includes(element)) scales.set(element.name, scale);
    delete element.converted_type;
    delete element.logical_type;
  }
  return scales;
}

/** The shortest text of a float of 32 bits: as one of 64 it has digits that nobody wrote. */
function floatText(value: number): string {
  let digits = 1;
  while (digits < 9 && Math.fround(Number(value.toPrecision(digits))) !== value) digits += 1;
  return value.toPrecision(digits);
}

/** @param value a whole number, or the bytes of one, the highest first, in two's complement */
function decimalText(value: unknown, scale: number): string {
  const unscaled =
    value instanceof Uint8Array ? signed(value) : BigInt(typeof value === 'bigint' ? value : Number(value));
  return `${unscaled}e-${scale}`;
}

function signed(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes).toString('hex');
  return BigInt.asIntN(bytes.length * 8, BigInt(hex === '' ? 0 : `0x${hex}`));
}
