import type { ExportFormat, FocusVersion } from '../../domain/export.js';
import { focusLayout } from '../focus/layout.js';
import { layOut } from './layout.js';
import { PLAIN } from './plain.js';
import type { RowWriter, Sink } from './sink.js';
import { csvText, jsonText, type RowText } from './text.js';

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

function writeText({ head, row: toText, tail }: RowText, sink: Sink, mostBytes = Infinity): RowWriter {
  let [begun, rows, bytes] = [false, 0, Buffer.byteLength(head + tail)];
  const begin = async () => {
    if (!begun) await sink(head);
    begun = true;
  };
  return {
    async write(batch) {
      await begin();
      const texts: string[] = [];
      for (const row of batch) {
        const text = toText(row, rows === 0);
        // What cannot be printed is taken out later, which makes it no larger.
        bytes += Buffer.byteLength(text);
        if (bytes > mostBytes && rows > 0) break;
        texts.push(text);
        rows += 1;
      }
      await sink(texts.join(''));
      return texts.length;
    },
    async end() {
      await begin();
      await sink(tail);
    },
  };
}
