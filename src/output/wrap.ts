import stringWidth from 'string-width';

const SEGMENTER = new Intl.Segmenter();

/**
 * Words for people, on lines that are no wider than the terminal. The command that a line ends in stays in one piece, so that it
 * can be pasted; rows of a table fit already.
 * @param width columns; Infinity leaves all as it is
 */
export function fitLines(text: string, width: number): string {
  if (width === Infinity) return text;
  return text
    .split('\n')
    .flatMap((line) => fit(line, width))
    .join('\n');
}

function fit(line: string, width: number): string[] {
  if (stringWidth(line) <= width) return [line];
  const at = line.search(/ *→ (?=costs |node )/);
  if (at < 0) return wrap(line, width);
  const words = line.slice(0, at);
  return [...(words === '' ? [] : wrap(words, width)), `  ${line.slice(at).trim()}`];
}

/** Breaks at spaces, and within a word only where it is wider than a line. */
export function wrap(text: string, width: number): string[] {
  if (stringWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (stringWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = breakWord(word, width);
    line = pieces.pop() ?? '';
    lines.push(...pieces);
  }
  return [...lines, line];
}

/** Pieces of a word that is too long for a line, broken behind a sign where there is one in their second half. */
function breakWord(word: string, width: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  let taken = 0;
  for (const { segment } of SEGMENTER.segment(word)) {
    const own = stringWidth(segment);
    if (piece !== '' && taken + own > width) {
      const sign = Math.max(...['-', '_', '/', '.'].map((each) => piece.lastIndexOf(each))) + 1;
      const end = sign > piece.length / 2 ? sign : piece.length;
      pieces.push(piece.slice(0, end));
      piece = piece.slice(end);
      taken = stringWidth(piece);
    }
    piece += segment;
    taken += own;
  }
  return [...pieces, piece];
}
