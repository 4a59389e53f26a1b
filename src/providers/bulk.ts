const [COMMA, QUOTE, BACKSLASH] = [...Buffer.from(',"\\')];
/** What one piece of JSON may have: the parser takes a hundred bytes for each value, and forty for each letter of a text. */
const MOST_VALUES = 2_000_000;
const LONGEST_TEXT = 4_000_000;

/** What JSON has more of than can be held once it is parsed, in words, or null. */
export function bulkOf(json: Buffer): string | null {
  let [values, from] = [0, 0];
  let inText = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === QUOTE) {
      inText = !inText;
      from = at;
    } else if (byte === BACKSLASH) at += 1;
    else if (byte === COMMA && !inText) {
      // What stands in the place of rows are numbers, which have no quote.
      values += 1;
      from = at;
    }
    if (at - from > LONGEST_TEXT) return `${LONGEST_TEXT} letters in one text`;
  }
  return values > MOST_VALUES ? `${MOST_VALUES} values` : null;
}
