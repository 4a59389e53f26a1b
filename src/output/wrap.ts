import { stringWidth } from './string-width.js';

/** What stands before the words of a line, and below which they go on: space, and a mark in its colour. */
// eslint-disable-next-line no-control-regex -- what colours begin with
const LEAD = /^ *(?:(?:\u001b\[\d+m)?[✔✖⚠–·×](?:\u001b\[\d+m)? +)?/;
/** Likewise what names a line of a list: `  Never read   prompts, …`. */
const LABEL = /^ {2}\p{Lu}[\p{L} ]{0,20}? {2,}(?=\S)/u;

/**
 * Words for people, on lines that are no wider than the terminal. The command that a line ends in stays in one piece, so that it
 * can be pasted, and so do files and addresses; rows of a table fit already.
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
  const at = line.search(/ *→ (?=costs|node |unset |export |rm )/);
  const begin = LABEL.exec(line)?.[0] ?? LEAD.exec(line)?.[0] ?? '';
  const indent = ' '.repeat(stringWidth(begin));
  const words = line.slice(begin.length, at < 0 ? undefined : at);
  const lines = words.trim() === '' ? [] : wrap(words, width - indent.length, isCopied);
  return [
    ...lines.map((each, index) => (index === 0 ? begin : indent) + each),
    ...(at < 0 ? [] : [`  ${line.slice(at).trim()}`]),
  ];
}

/** A file or an address is copied from where it stands. */
function isCopied(word: string): boolean {
  return /^["'(]*(?:[.~]{0,2}\/|https?:)/.test(word);
}

/** Chinese and Japanese go on in the next line wherever one ends. */
const BREAKS_ANYWHERE = /[\u3040-\u30ff\u3400-\u9fff]/;

/** The least columns in which a word stands whole; one that is broken anywhere needs those of a letter. */
export function leastWidth(word: string): number {
  return BREAKS_ANYWHERE.test(word) ? 2 : stringWidth(word);
}

/** A mark stays with what it is before. */
const BETWEEN_WORDS = /(?<!^[⚠◇×°□▪]) /;

/**
 * Breaks at spaces, and within a word only where it is wider than a line.
 * @param staysWhole whether a word is never broken
 */
export function wrap(text: string, width: number, staysWhole: (word: string) => boolean = () => false): string[] {
  if (stringWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(BETWEEN_WORDS)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (stringWidth(longer) <= width) {
      line = longer;
    } else if ((stringWidth(word) <= width && !BREAKS_ANYWHERE.test(word)) || staysWhole(word)) {
      if (line !== '') lines.push(line);
      line = word;
    } else {
      lines.push(...breakWord(longer, width));
      line = lines.pop() ?? '';
    }
  }
  return [...lines, line];
}

/** Pieces of a text whose last word is too long for a line, broken behind a sign where there is one in their second half. */
function breakWord(text: string, width: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  let taken = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const own = stringWidth(segment);
    if (piece !== '' && taken + own > width) {
      const sign = Math.max(...[' ', '-', '_', '/', '.'].map((each) => piece.lastIndexOf(each))) + 1;
      const end = sign > piece.length / 2 ? sign : piece.length;
      pieces.push(piece.slice(0, end).trimEnd());
      piece = piece.slice(end);
      taken = stringWidth(piece);
    }
    piece += segment;
    taken += own;
  }
  return [...pieces, piece];
}
