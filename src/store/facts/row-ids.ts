import { randomUUID } from 'node:crypto';
import { SQL, type Sql } from '../sql.js';

/** Of a UUID, what is random here; the last twelve digits count. */
const RANDOM_CHARACTERS = 24;

/**
 * Ids of the rows that a statement inserts, as SQL: UUIDs that begin alike and count up. A random one for each row takes
 * PostgreSQL as long as the rest of its work on the row, and scatters what is written together over the whole index.
 * @param number counts the rows, from 1
 */
export function rowIds(number = SQL`row_number() OVER ()`): Sql {
  return SQL`${randomUUID().slice(0, RANDOM_CHARACTERS)}::text || lpad(to_hex(${number}), 12, '0')`;
}
