import type { ExportRow } from '../../domain/export.js';

/** Where a file's bytes go; awaits a slow reader. */
export type Sink = (chunk: string | Uint8Array) => Promise<void>;

/** Writes a file of rows. Without `end` it is not whole. */
export interface RowWriter {
  /** How many of them it took: the rest is for another file, where this one is full. It takes one at least into an empty file. */
  write(rows: readonly ExportRow[]): Promise<number>;
  end(): Promise<void>;
}
