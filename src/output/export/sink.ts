import type { ExportRow } from '../../domain/export.js';

/** Where a file's bytes go; awaits a slow reader. */
export type Sink = (chunk: string | Uint8Array) => Promise<void>;

/** Writes a file of rows. Without `end` it is not whole. */
export interface RowWriter {
  write(rows: readonly ExportRow[]): Promise<void>;
  end(): Promise<void>;
}
