import { LosslessNumber } from 'lossless-json';

/** A value as text: numbers keep the digits they were written with; null is absent or empty. */
export type Values = (string | null)[];

/** What is read of a file, by those of its columns that its first rows have something in: the columns in their order, null where nothing is. */
export type WantedOf = (filled: readonly string[]) => readonly (string | null)[];

/** Rows of a file, some thousand at a time, their values in the order of the columns that were asked for. */
export interface Table {
  /** As the file names them; where rows name their own, those of the rows that were read. */
  columns: readonly string[];
  /** Whether a row that does not name a column has nothing in it. */
  rowsNameColumns?: boolean;
  batches: AsyncIterable<Values[]>;
}

/** Text of a value, whatever a reader made of it; numbers of JSON keep their digits. */
export function textOf(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'string') return value;
  if (value instanceof LosslessNumber) return value.value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString() || null;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
}
