import stringWidth from 'string-width';

/** Some characters in a row that look alike. */
export interface Run {
  text: string;
  /** SGR codes that hold: `1` bold, `2` dim, `31` red and so on. */
  codes: readonly number[];
}

interface Cell {
  text: string;
  codes: readonly number[];
}

/** What a terminal shows in the end of all that was written to it: progress is drawn over itself. */
export function readScreen(written: string): Run[][] {
  const lines: Cell[][] = [[]];
  let [row, column] = [0, 0];
  let codes: readonly number[] = [];
  const put = (text: string) => {
    while (lines.length <= row) lines.push([]);
    const line = lines[row] as Cell[];
    while (line.length < column) line.push({ text: ' ', codes: [] });
    line.splice(column, 1, { text, codes });
    column += 1;
    // The second half of a wide character is a cell of its own.
    if (stringWidth(text) > 1) line.splice(column++, 1, { text: '', codes });
  };
  // eslint-disable-next-line no-control-regex -- what terminals are told with
  for (const [token] of written.matchAll(/\u001B\[[?\d;]*[A-Za-z]|\r|\n|\P{Cc}/gu)) {
    if (token === '\r') column = 0;
    else if (token === '\n') row += 1;
    else if (!token.startsWith('\u001B')) put(token);
    else {
      const count = Number(/\d+/.exec(token)?.[0] ?? '1');
      if (token.endsWith('m')) codes = withCodes(codes, token);
      else if (token.endsWith('A')) row = Math.max(0, row - count);
      else if (token.endsWith('G')) column = count - 1;
      else if (token.endsWith('K')) lines[row]?.splice(/\[2K/.test(token) ? 0 : column);
      else if (token.endsWith('J')) lines.splice(row + 1);
    }
  }
  return lines.map(toRuns);
}

/** What ends which codes. */
const ENDS: Record<number, (code: number) => boolean> = {
  0: () => true,
  22: (code) => code === 1 || code === 2,
  39: (code) => code >= 30 && code <= 97,
};

function withCodes(codes: readonly number[], token: string): readonly number[] {
  let held = codes;
  for (const code of token.slice(2, -1).split(';').map(Number)) {
    const ends = ENDS[code];
    held = ends === undefined ? [...held, code] : held.filter((each) => !ends(each));
  }
  return held;
}

function toRuns(line: readonly Cell[]): Run[] {
  const runs: Run[] = [];
  for (const { text, codes } of line) {
    const last = runs.at(-1);
    if (last?.codes.join() === codes.join()) last.text += text;
    else runs.push({ text, codes });
  }
  const end = runs.at(-1);
  if (end !== undefined) end.text = end.text.trimEnd();
  return runs.filter(({ text }) => text !== '');
}
