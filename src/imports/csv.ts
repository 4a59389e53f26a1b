import { CostsError } from '../errors.js';

/** A row that goes on for so long is a quote that nobody closed. */
export const LONGEST_ROW = 16 * 1024 * 1024;

/**
 * Records of a CSV text that comes in pieces (RFC 4180), some thousand at a time; only the record that is still coming is held.
 * @throws CostsError `contract` for a quote that is not closed
 */
export async function* parseCsv(pieces: AsyncIterable<string>): AsyncGenerator<string[][]> {
  let rest = '';
  for await (const piece of pieces) {
    const text = rest + piece;
    const { records, end } = takeRecords(text, false);
    rest = text.slice(end);
    if (rest.length > LONGEST_ROW) throw unclosed();
    if (records.length > 0) yield records;
  }
  const { records, end } = takeRecords(rest, true);
  if (end < rest.length) throw unclosed();
  if (records.length > 0) yield records;
}

/** The records that are whole, and where the next one begins. @param isAll the text ends here, and needs no line break */
function takeRecords(text: string, isAll: boolean): { records: string[][]; end: number } {
  const records: string[][] = [];
  let end = 0;
  while (end < text.length) {
    const record: string[] = [];
    const next = takeRecord(text, end, isAll, record);
    if (next === null) break;
    end = next;
    if (record.length > 1 || record[0] !== '') records.push(record);
  }
  return { records, end };
}

/** Where the next record begins; null while this one is still coming. */
function takeRecord(text: string, from: number, isAll: boolean, record: string[]): number | null {
  let at = from;
  let lineEnd = -1;
  for (;;) {
    if (text[at] === '"') {
      const close = closingQuote(text, at + 1);
      // A quote at the very end may be half of two.
      if (close === -1 || (close === text.length - 1 && !isAll)) return null;
      record.push(text.slice(at + 1, close).replaceAll('""', '"'));
      at = close + 1;
    } else {
      if (lineEnd < at) lineEnd = text.indexOf('\n', at);
      const comma = text.indexOf(',', at);
      const isLast = comma === -1 || (lineEnd !== -1 && lineEnd < comma);
      if (isLast && lineEnd === -1 && !isAll) return null;
      const stop = isLast ? (lineEnd === -1 ? text.length : lineEnd) : comma;
      record.push(text[stop - 1] === '\r' && isLast ? text.slice(at, stop - 1) : text.slice(at, stop));
      at = stop;
    }
    if (text[at] === '\r') at += 1;
    if (at >= text.length) return isAll ? at : null;
    if (text[at] === '\n') return at + 1;
    at += 1;
  }
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

function unclosed(): CostsError {
  return new CostsError('contract', 'A quote is opened and never closed.', {
    hint: 'Nothing of the file was stored: export it again.',
  });
}
