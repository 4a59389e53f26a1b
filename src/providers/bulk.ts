const [COMMA, QUOTE, BACKSLASH] = [...Buffer.from(',"\\')];
/** What one piece of JSON may have: the parser takes a hundred bytes for each value, and thirty for each letter of a text that is not short. */
const MOST_VALUES = 2_000_000;
const MOST_LETTERS = 12_000_000;
const SHORT = 12;

/** What JSON has more of than can be held once it is parsed, in words, or null. */
export function bulkOf(json: Buffer): string | null {
  let [values, letters, from] = [0, 0, 0];
  let inText = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === QUOTE) {
      if (inText) letters += Math.max(0, at - from - SHORT);
      inText = !inText;
      from = at;
    } else if (byte === BACKSLASH) at += 1;
    // What stands in the place of rows are numbers, which have no quote.
    else if (byte === COMMA && !inText) values += 1;
  }
  if (letters > MOST_LETTERS) return `${MOST_LETTERS} letters`;
  return values > MOST_VALUES ? `${MOST_VALUES} values` : null;
}
