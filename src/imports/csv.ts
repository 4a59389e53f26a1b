import { CostsError } from '../errors.js';

/** A row that goes on for so long is none, or a quote that nobody closed. */
const LONGEST_ROW = 16 * 1024 * 1024;
/** Nobody's bills have as many columns. */
export const MOST_VALUES = 10_000;
/** What may follow a quote that closes a value; a text that comes in pieces may end before it. */
const ENDS_VALUE = /^(?:,|\n|\r\n|\r?$)/;

/**
 * Records of a CSV text that comes in pieces (RFC 4180), some thousand at a time; only the record that is still coming is held.
 * @throws CostsError `contract` for a quote that is not closed, or that stands where none may: what is a value is not certain then
 */
export async function* parseCsv(pieces: AsyncIterable<string>): AsyncGenerator<string[][]> {
  let rest = '';
  let enough = 0;
  let count = 0;
  for await (const piece of pieces) {
    rest += piece;
    // A row that is not whole yet is looked through anew once there is twice as much of it, not with each piece.
    if (rest.length < enough) continue;
    const { records, end } = takeRecords(rest, false, count);
    rest = rest.slice(end);
    enough = Math.min(rest.length * 2, LONGEST_ROW);
    count += records.length;
    if (rest.length > LONGEST_ROW)
      throw unclosed('A row of it goes on for over 16 MB, or a quote is opened and never closed.');
    if (records.length > 0) yield records;
  }
  const { records, end } = takeRecords(rest, true, count);
  if (end < rest.length) throw unclosed('A quote is opened and never closed.');
  if (records.length > 0) yield records;
}

/**
 * The records that are whole, and where the next one begins.
 * @param isAll the text ends here, and needs no line break
 * @param before how many records came before these, the heading among them
 */
function takeRecords(text: string, isAll: boolean, before: number): { records: string[][]; end: number } {
  const records: string[][] = [];
  let end = 0;
  while (end < text.length) {
    const record: string[] = [];
    const next = takeRecord(text, end, isAll, record);
    if (next === null) break;
    if (typeof next === 'string') {
      // What came before it is looked at first, and may tell more.
      if (records.length > 0) break;
      throw before === 0 ? otherCsv() : misquoted(before, next);
    }
    end = next;
    if (record.length > 1 || record[0] !== '') records.push(record);
  }
  return { records, end };
}

/** How a quote stands where none may. */
type Misquote = 'bare' | 'escaped';

/** Where the next record begins; null while this one is still coming. */
function takeRecord(text: string, from: number, isAll: boolean, record: string[]): number | null | Misquote {
  let at = from;
  let lineEnd = -1;
  for (;;) {
    if (record.length > MOST_VALUES)
      throw new CostsError('contract', `A row of it has more than ${MOST_VALUES} values: this is not a bill.`);
    if (text[at] === '"') {
      const close = closingQuote(text, at + 1);
      // A quote at the very end may be half of two.
      if (close === -1 || (close === text.length - 1 && !isAll)) return null;
      record.push(text.slice(at + 1, close).replaceAll('""', '"'));
      at = close + 1;
      if (!ENDS_VALUE.test(text.slice(at, at + 2))) return text[close - 1] === '\\' ? 'escaped' : 'bare';
    } else {
      if (lineEnd < at) lineEnd = text.indexOf('\n', at);
      const comma = text.indexOf(',', at);
      const isLast = comma === -1 || (lineEnd !== -1 && lineEnd < comma);
      if (isLast && lineEnd === -1 && !isAll) return null;
      const stop = isLast ? (lineEnd === -1 ? text.length : lineEnd) : comma;
      const value = text[stop - 1] === '\r' && isLast ? text.slice(at, stop - 1) : text.slice(at, stop);
      if (value.includes('"')) return 'bare';
      record.push(value);
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

/** Of a heading that is one column, or has line breaks: its values and lines end otherwise. */
export function otherCsv(): CostsError {
  return new CostsError('contract', 'its columns are not separated by commas, or its lines do not end as lines do', {
    hint: 'Export it as CSV with commas, not semicolons or tabs.',
  });
}

function misquoted(row: number, how: Misquote): CostsError {
  return how === 'bare'
    ? new CostsError('contract', `Row ${row} has a quote within a value that does not begin and end with one.`, {
        hint: 'Nothing of the file was stored: export it again.',
      })
    : new CostsError('contract', `Row ${row} has a backslash before a quote within a value.`, {
        hint: "Export it with two quotes for one instead (of Spark the option escape is '\"'), or as Parquet.",
      });
}

function unclosed(message: string): CostsError {
  return new CostsError('contract', message, {
    hint: 'Nothing of the file was stored: export it again.',
  });
}
