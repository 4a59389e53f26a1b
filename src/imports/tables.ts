import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { parse } from 'lossless-json';
import { splitLines } from '../domain/lines.js';
import { CostsError } from '../errors.js';
import { MOST_VALUES as MOST_COLUMNS, otherCsv, parseCsv } from './csv.js';
import { textOf, type Table, type Values, type WantedOf } from './values.js';

export const DATA_FILE = /\.(?:csv|jsonl|ndjson|json|parquet)(?:\.gz)?$/i;
const ROWS_A_BATCH = 2_000;
const LETTERS_A_BATCH = 4 * 1024 * 1024;
/** A row that a bill's JSON has is some thousand letters; what is parsed of a line can take hundreds of times its room. */
const LONGEST_LINE = 1024 * 1024;

export function isParquet(path: string): boolean {
  return /\.parquet$/i.test(path);
}

/** Opens a data file by its name: CSV, JSON lines (gzip too) or Parquet. @throws CostsError `contract` */
export async function openTable(path: string, wantedOf: WantedOf): Promise<Table> {
  if (isParquet(path)) return (await import('./parquet.js')).openParquet(path, wantedOf);
  const pieces = await readText(path);
  return /\.csv(?:\.gz)?$/i.test(path) ? openCsv(pieces, wantedOf) : openJsonLines(pieces, wantedOf);
}

/** By its content: a file may be compressed whatever it is called, and not though it is called so. */
async function readText(path: string): Promise<AsyncIterable<string>> {
  const file = await open(path);
  const start = Buffer.alloc(2);
  await file.read(start, 0, 2, 0).finally(() => file.close());
  // Small pieces: rows of large ones outlive the first collection of garbage, which then costs more than reading them.
  const bytes = createReadStream(path, { highWaterMark: 1 << 16 });
  const isGzip = start[0] === 0x1f && start[1] === 0x8b;
  return decode(isGzip ? bytes.pipe(createGunzip()) : bytes);
}

async function* decode(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  // Without its byte order mark.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const toText = (piece?: Buffer) => {
    try {
      return decoder.decode(piece, { stream: piece !== undefined });
    } catch (cause) {
      throw new CostsError('contract', 'it is not text in UTF-8', {
        hint: 'Export it in UTF-8, and unpack an archive first.',
        cause,
      });
    }
  };
  for await (const piece of bytes) yield toText(piece);
  yield toText();
}

async function openCsv(pieces: AsyncIterable<string>, wantedOf: WantedOf): Promise<Table> {
  const records = parseCsv(pieces);
  const first = await records.next();
  if (first.done === true) throw new CostsError('contract', 'it is empty, and has no names of columns');
  const [columns = [], ...beside] = first.value;
  if (columns.length === 1 || columns.some((column) => column.includes('\r'))) throw otherCsv();
  // The end of a small file comes by itself.
  const next = beside.length > 0 ? null : await records.next();
  const rest = next === null ? beside : next.done === true ? [] : next.value;
  const filled = columns.filter((_, place) => rest.some((record) => emptyToNull(record[place]) !== null));
  const places = wantedOf(filled).map((column) => (column === null ? -1 : columns.indexOf(column)));
  let row = 0;
  const pick = (record: readonly string[]): Values => {
    row += 1;
    if (record.length !== columns.length)
      throw new CostsError(
        'contract',
        `Row ${row} has ${record.length} values where ${columns.length} columns are named.`,
      );
    return places.map((place) => emptyToNull(record[place]));
  };
  async function* batches() {
    yield rest.map(pick);
    for await (const batch of records) yield batch.map(pick);
  }
  return { columns, batches: batches() };
}

function emptyToNull(value: string | undefined): string | null {
  // Snowflake and ClickHouse write `\N`, SQL Server `NULL`.
  return value === undefined || value === '' || value === 'NULL' || value === '\\N' ? null : value;
}

/** Every line is an object; a column may be missing where it is null. */
async function openJsonLines(pieces: AsyncIterable<string>, wantedOf: WantedOf): Promise<Table> {
  let wanted: ReturnType<WantedOf> | undefined;
  const columns: string[] = [];
  const known = new Set<string>();
  const pick = (row: Record<string, unknown>): Values => {
    for (const column of Object.keys(row)) {
      if (known.has(column)) continue;
      known.add(column);
      columns.push(column);
    }
    if (columns.length > MOST_COLUMNS)
      throw new CostsError('contract', `its rows name more than ${MOST_COLUMNS} columns: this is not a bill`);
    wanted ??= wantedOf(columns.filter((column) => textOf(row[column]) !== null));
    return wanted.map((column) => (column === null ? null : textOf(row[column])));
  };
  const rows = parseLines(pieces, pick);
  const first = await rows.next();
  async function* batches() {
    if (first.done !== true) yield first.value;
    yield* rows;
  }
  return { columns, rowsNameColumns: true, batches: batches() };
}

/** @param pick what is kept of a row; a row that is parsed takes many times the room of its text, and is let go at once */
async function* parseLines(
  pieces: AsyncIterable<string>,
  pick: (row: Record<string, unknown>) => Values,
): AsyncGenerator<Values[]> {
  let batch: Values[] = [];
  let [row, letters] = [0, 0];
  for await (const lines of splitLines(pieces, LONGEST_LINE, tooLong)) {
    for (const line of lines) {
      if (line.trim() === '') continue;
      batch.push(pick(parseRow(line, (row += 1))));
      letters += line.length;
    }
    if (batch.length < ROWS_A_BATCH && letters < LETTERS_A_BATCH) continue;
    yield batch;
    [batch, letters] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

function parseRow(line: string, row: number): Record<string, unknown> {
  const text = line.trim();
  if (!text.startsWith('{') || !text.endsWith('}')) throw new CostsError('contract', `row ${row} is not a JSON object`);
  try {
    return parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new CostsError('contract', `row ${row} is broken JSON`, { cause });
  }
}

function tooLong(): CostsError {
  return new CostsError('contract', 'A line of it goes on for over 1 MB: these are not JSON lines.');
}
