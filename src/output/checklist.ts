import {
  createPrompt,
  isDownKey,
  isEnterKey,
  isSpaceKey,
  isUpKey,
  useKeypress,
  usePagination,
  useState,
} from '@inquirer/core';
import { stringWidth } from './string-width.js';

interface Checklist {
  message: string;
  /** Cells of each choice; the last are figures and stand to the right. */
  rows: readonly (readonly string[])[];
}

const PAGE = 15;

/** One list to choose several of: letters search, the space bar chooses. Answers with their places in `rows`. */
export const checklist = createPrompt<number[], Checklist>(({ message, rows }, done) => {
  const [term, setTerm] = useState('');
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [at, setAt] = useState(0);
  const [answered, setAnswered] = useState(false);
  const items = alignedLines(rows)
    .map((line, index) => ({ line, index }))
    .filter(({ line }) => line.toLowerCase().includes(term.toLowerCase()));
  const toggle = (indexes: readonly number[]) => {
    const isOn = indexes.every((index) => chosen.includes(index));
    setChosen(isOn ? chosen.filter((each) => !indexes.includes(each)) : [...new Set([...chosen, ...indexes])]);
  };
  useKeypress((key, line) => {
    const isCommand = isUpKey(key) || isDownKey(key) || isSpaceKey(key) || (key.ctrl && key.name === 'a');
    if (isEnterKey(key)) {
      setAnswered(true);
      return done([...chosen].sort((a, b) => a - b));
    }
    if (!isCommand) {
      setTerm(line.line);
      return setAt(0);
    }
    // What is searched for stays on the line; these keys are no letters of it.
    line.clearLine(0);
    line.write(term);
    if (isUpKey(key)) setAt(Math.max(at - 1, 0));
    else if (isDownKey(key)) setAt(Math.min(at + 1, Math.max(items.length - 1, 0)));
    else toggle(isSpaceKey(key) ? items.slice(at, at + 1).map(({ index }) => index) : items.map(({ index }) => index));
  });
  const page = usePagination({
    items,
    active: at,
    renderItem: ({ item, isActive }) =>
      `${isActive ? '❯' : ' '} ${chosen.includes(item.index) ? '◉' : '◯'} ${item.line}`,
    pageSize: PAGE,
    loop: false,
  });
  if (answered) return `${message} ${chosen.length} chosen`;
  const help = `${items.length} shown, ${chosen.length} chosen · ↑↓ move · space choose · Ctrl-A all · letters search · Enter`;
  return [`${message} ${term}`, `${items.length === 0 ? '  nothing has that in its name' : page}\n${help}`];
});

function alignedLines(rows: Checklist['rows']): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - stringWidth(cell));
        return column === row.length - 1 ? space + cell : cell + space;
      })
      .join('  '),
  );
}
