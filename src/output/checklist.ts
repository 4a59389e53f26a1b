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
import { formatCount } from '../domain/words.js';
import { createStyle } from './style.js';
import { renderRows } from './table.js';
import { fitLines } from './wrap.js';

interface Checklist {
  message: string;
  /** Cells of each choice; the last are figures and stand to the right. */
  rows: readonly (readonly string[])[];
  /** Columns of the terminal. */
  width: number;
}

const PAGE = 15;
/** What stands before a choice takes so many columns. */
const MARKS = 4;
const FIGURES = { align: 'right' } as const;

/** One list to choose several of: letters search, the space bar chooses. Answers with their places in `rows`. */
export const checklist = createPrompt<number[], Checklist>((question, done) => {
  const { message, rows, width } = question;
  const [term, setTerm] = useState('');
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [at, setAt] = useState(0);
  const [answered, setAnswered] = useState(false);
  const items = linesOf(question)
    .map((line, index) => ({ line, index }))
    .filter(({ index }) => rows[index]?.join('  ').toLowerCase().includes(term.toLowerCase()));
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
  if (answered) return `${message} ${formatCount(chosen.length)} chosen`;
  const help = `${formatCount(items.length)} shown, ${formatCount(chosen.length)} chosen · ↑↓ move · space choose · Ctrl-A all · letters search · Enter`;
  return [
    `${message} ${term}`,
    `${items.length === 0 ? '  nothing has that in its name' : page}\n${fitLines(help, width)}`,
  ];
});

/** A text each, whose further lines stand below its first word. */
function linesOf({ rows, width }: Checklist): string[] {
  const columns = (rows[0] ?? []).map((_, index, { length }) => (index === length - 1 ? FIGURES : {}));
  return renderRows(columns, rows, { style: createStyle(false), width: width - MARKS }).map((text) =>
    text.replaceAll('\n', `\n${' '.repeat(MARKS)}`),
  );
}
