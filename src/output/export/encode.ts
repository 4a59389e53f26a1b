import type { ExportFormat, FocusVersion } from '../../domain/export.js';
import { focusLayout } from '../focus/layout.js';
import { layOut } from './layout.js';
import { PLAIN } from './plain.js';
import type { RowWriter, Sink } from './sink.js';
import { csvText, jsonText, type RowText } from './text.js';
import { writeText } from './write-text.js';

export interface Encoding {
  format: ExportFormat;
  focusVersion: FocusVersion;
  /** All, where none are named. */
  columns?: readonly string[] | undefined;
}

/** How rows are written. */
export interface Encoder {
  /** The ending of a file's name. */
  extension: string;
  /** @param mostBytes of a file; only text can be cut between rows */
  begin: (sink: Sink, mostBytes?: number) => RowWriter;
}

/** @throws CostsError `usage` for a column that there is not */
export async function encoderOf({ format, focusVersion, columns }: Encoding): Promise<Encoder> {
  const isFocus = format.startsWith('focus-');
  if (format === 'json' || format === 'jsonl') return ofText(format, jsonText(format, columns));
  const layout = isFocus ? layOut(focusLayout(focusVersion), columns) : layOut(PLAIN, columns);
  if (format === 'csv' || format === 'focus-csv') return ofText('csv', csvText(layout));
  const { writeParquet } = await import('./parquet.js');
  return { extension: 'parquet', begin: (sink) => writeParquet(layout, sink) };
}

function ofText(extension: string, text: RowText): Encoder {
  return { extension, begin: (sink, mostBytes) => writeText(text, sink, mostBytes) };
}
