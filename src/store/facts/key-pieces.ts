import { createHash } from 'node:crypto';
import { SQL, type Sql } from '../sql.js';
import type { Fact, FactList } from './fact-list.js';

/** Rows a statement carries where one project has more of them in a day than `chunksOfDays` puts into one. */
const ROWS_A_PIECE = 20_000;
/** As many as the first byte of a digest tells apart. */
const MOST_PIECES = 256;
/** No text of a key has it. */
const SEPARATOR = '\u0001';

/** Some of the rows, and which of those that are stored meet them: a condition on `c`. */
export interface Piece<Row> {
  rows: readonly Row[];
  isAmong: Sql;
}

/**
 * Rows in pieces by a digest of their key, which the database makes of stored rows as well: no key is in two pieces. A statement
 * of hundreds of thousands of rows would be held several times over on its way, and by the embedded store in this very process.
 */
export function* piecesByKey<Row extends Fact>(
  { key }: Pick<FactList<Row>, 'key'>,
  rows: readonly Row[],
): Generator<Piece<Row>> {
  const count = Math.min(Math.ceil(rows.length / ROWS_A_PIECE), MOST_PIECES);
  if (count <= 1) {
    yield { rows, isAmong: SQL`true` };
    return;
  }
  const pieces = Array.from({ length: count }, (): Row[] => []);
  const properties = Object.values(key);
  for (const row of rows) {
    const text = properties.map((property) => (row[property] as string | null | undefined) ?? '').join(SEPARATOR);
    pieces[firstByteOf(text) % count]?.push(row);
  }
  const stored = Object.keys(key).map((column) => `c.${column}`);
  for (const [index, piece] of pieces.entries()) {
    const isAmong = SQL.raw(
      `get_byte(sha256(convert_to(concat_ws('${SEPARATOR}', ${stored.join(', ')}), 'UTF8')), 0) % ${count} = ${index}`,
    );
    yield { rows: piece, isAmong };
  }
}

function firstByteOf(text: string): number {
  return createHash('sha256').update(text).digest()[0] ?? 0;
}
