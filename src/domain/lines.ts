/**
 * The lines of a text that comes in pieces, in batches; a line ends with `\n` or `\r\n`. Work and memory grow with the text alone,
 * also where it is one line without an end.
 * @param longest characters; what `tooLong` makes is thrown for a longer line
 */
export async function* splitLines(
  pieces: AsyncIterable<string>,
  longest: number,
  tooLong: () => Error,
): AsyncGenerator<string[]> {
  let begun: string[] = [];
  let length = 0;
  for await (const piece of pieces) {
    const lines = piece.split('\n');
    const rest = lines.pop() ?? '';
    if (lines.length > 0) {
      lines[0] = begun.join('') + (lines[0] ?? '');
      begun = [];
      length = 0;
      yield lines.map(withoutReturn);
    }
    begun.push(rest);
    length += rest.length;
    if (length > longest) throw tooLong();
  }
  if (length > 0) yield [withoutReturn(begun.join(''))];
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
