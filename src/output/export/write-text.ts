import type { RowWriter, Sink } from './sink.js';
import type { RowText } from './text.js';

/** Rows as text. @param mostBytes of the whole: rows that would make it larger are not taken, but for the first */
export function writeText({ head, row: toText, tail }: RowText, sink: Sink, mostBytes = Infinity): RowWriter {
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
