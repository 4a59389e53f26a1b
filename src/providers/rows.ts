/** Makes of a row of a report, as JSON text, what is kept of it. @param path such as `data[0].results[12]` */
export type ReadRowText = (json: string, path: string) => unknown;

const [QUOTE, BACKSLASH, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [...Buffer.from('"\\{}[]')];
/** Where the rows of a report are: `{ data: [ { results: [`. */
const ROWS_AT = '{[{[';
const RESULTS = /"results"\s*:\s*$/;
/** Of what stands before a list, enough to see its name. */
const NAME_BYTES = 64;

/**
 * Cuts the rows out of a report while it comes, so that hundreds of thousands of them are never held as text: each element of
 * `data[].results[]` is handed over on its own, and the rest of the document keeps its number in its place. It only finds where
 * rows begin and end; whether they and the rest are JSON is for the parser to say.
 */
export class RowCutter {
  /** What was made of each row, by its number. */
  readonly rows: unknown[] = [];
  readonly #read: ReadRowText;
  #rest = Buffer.allocUnsafe(4_096);
  #restLength = 0;
  #row: Buffer[] | null = null;
  #rowLength = 0;
  /** How deep in objects and lists, and in which, as far as rows are. */
  #depth = 0;
  #path = '';
  #isResults = false;
  #inText = false;
  #isEscaped = false;
  #bucket = -1;
  #index = 0;

  constructor(read: ReadRowText) {
    this.#read = read;
  }

  /** Bytes held as text: of the document without its rows, and of the row that is still coming. */
  get held(): number {
    return this.#restLength + this.#rowLength;
  }

  /** The document without its rows. */
  get rest(): Buffer {
    return this.#rest.subarray(0, this.#restLength);
  }

  push(bytes: Buffer): void {
    let from = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (this.#inText) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#inText = false;
      } else if (byte === QUOTE) this.#inText = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (byte === OPEN_BRACE && this.#isBetweenRows()) {
          this.#keep(bytes.subarray(from, at));
          this.#row = [];
          from = at;
        }
        this.#enter(byte === OPEN_BRACE ? '{' : '[', bytes.subarray(from, at));
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        this.#depth -= 1;
        if (this.#row !== null && this.#isBetweenRows()) {
          this.#finishRow(bytes.subarray(from, at + 1));
          from = at + 1;
        }
      }
    }
    this.#keep(bytes.subarray(from));
  }

  #isBetweenRows(): boolean {
    return this.#depth === ROWS_AT.length && this.#isResults;
  }

  #enter(kind: '{' | '[', before: Buffer): void {
    if (this.#depth < ROWS_AT.length) {
      this.#path = this.#path.slice(0, this.#depth) + kind;
      // The name of a list may have come with the bytes before these.
      const name = Buffer.concat([this.rest.subarray(-NAME_BYTES), before.subarray(-NAME_BYTES)]).toString('latin1');
      this.#isResults = this.#path === ROWS_AT && RESULTS.test(name);
      if (this.#path === '{[') this.#bucket = -1;
      if (this.#path === '{[{') [this.#bucket, this.#index] = [this.#bucket + 1, 0];
    }
    this.#depth += 1;
  }

  #keep(bytes: Buffer): void {
    if (this.#row !== null) {
      this.#row.push(bytes);
      this.#rowLength += bytes.length;
      return;
    }
    const length = this.#restLength + bytes.length;
    if (length > this.#rest.length) {
      const larger = Buffer.allocUnsafe(length * 2);
      this.rest.copy(larger);
      this.#rest = larger;
    }
    bytes.copy(this.#rest, this.#restLength);
    this.#restLength = length;
  }

  #finishRow(end: Buffer): void {
    const json = Buffer.concat([...(this.#row ?? []), end]).toString();
    [this.#row, this.#rowLength] = [null, 0];
    this.#keep(Buffer.from(`${this.rows.length}`));
    this.rows.push(this.#read(json, `data[${this.#bucket}].results[${this.#index}]`));
    this.#index += 1;
  }
}
