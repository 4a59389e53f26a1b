import type { Output } from './output.js';
import { stringWidth } from './string-width.js';
import { leastWidth, wrap } from './wrap.js';

/** What gives way, the first first, where a terminal is too narrow for all of a table. What was asked for never does. */
const GIVES_WAY = ['sparkline', 'share', 'difference', 'change', 'context', 'id'] as const;

export interface Column {
  /** Empty for a column without a head. */
  head: string;
  align?: 'left' | 'right';
  /** What kind of column it is, if it is left out of a terminal that is too narrow; a detail only where words would be broken. */
  lesser?: (typeof GIVES_WAY)[number] | 'detail';
}

/** Columns and rows. */
export type TableContent = readonly [columns: readonly Column[], rows: readonly (readonly string[])[]];

interface Filled extends Column {
  cells: readonly string[];
  width: number;
}

/** The columns that are shown, and how wide each is drawn. */
interface Layout {
  kept: readonly Filled[];
  widths: readonly number[];
}

const GAP = 2;
/** Text that is wrapped narrower than this can hardly be read. */
const LEAST_WIDTH = 8;
/** … but a figure in two pieces is another figure: text goes down to this before. */
const NARROWEST = 4;
/** A name that is longer is wrapped before a column goes: one of them would take the figures of all. */
const LONG_WIDTH = 40;

/**
 * A table without borders: columns two spaces apart, the head in bold, empty columns left out. Where it is wider than the
 * terminal, long names are wrapped at their words, then lesser columns go, then all text is wrapped: no name is ever cut.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { style, width }: Pick<Output, 'style' | 'width'>,
): string {
  return draw(layOut(columns, rows, width), style).join('\n');
}

/** The rows of a table without heads, each as its lines: for a list to choose from. */
export function renderRows(
  columns: readonly Omit<Column, 'head'>[],
  rows: readonly (readonly string[])[],
  output: Pick<Output, 'style' | 'width'>,
): string[] {
  const headless = columns.map((column) => ({ ...column, head: '' }));
  return draw(layOut(headless, rows, output.width), output.style);
}

/** The table if it has room for its words and figures as they are; where it has none, one of fewer columns tells more. */
export function renderRoomyTable(
  [columns, rows]: TableContent,
  narrow: () => TableContent,
  output: Pick<Output, 'style' | 'width'>,
): string {
  const laidOut = layOut(columns, rows, output.width);
  const hasRoom = laidOut.kept.every((column, index) => (laidOut.widths[index] ?? 0) >= leastWhole(column));
  return hasRoom ? draw(laidOut, output.style).join('\n') : renderTable(...narrow(), output);
}

/** A text a row, its head included if there is one. */
function draw({ kept, widths }: Layout, style: Output['style']): string[] {
  const heads = kept.map(({ head }) => (head === '' ? '' : style.bold(head)));
  const height = kept[0]?.cells.length ?? 0;
  const rows = [
    ...(heads.some((head) => head !== '') ? [heads] : []),
    ...Array.from({ length: height }, (_, row) => kept.map(({ cells }) => cells[row] ?? '')),
  ].map((cells) => cells.map((cell, index) => wrapStyled(cell, widths[index] ?? 0)));
  // Wrapped between its words, text may take less than its column has.
  const taken = kept.map((_, index) =>
    rows.reduce((most, cells) => Math.max(most, ...(cells[index] ?? []).map(stringWidth)), 0),
  );
  return rows.map((cells) => rowLines(cells, kept, taken).join('\n'));
}

/** As many lines as the tallest cell of a row has. */
function rowLines(
  cells: readonly (readonly string[])[],
  columns: readonly Column[],
  widths: readonly number[],
): string[] {
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) =>
    cells
      .map((lines, index) => {
        const text = lines[at] ?? '';
        const space = ' '.repeat((widths[index] ?? 0) - stringWidth(text));
        return columns[index]?.align === 'right' ? space + text : text + space;
      })
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
}

function layOut(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): Layout {
  const filled = columns
    .map((column, index) => fill(column, rows, index))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const kept = withoutLesser(filled, width);
  return { kept, widths: narrowed(kept, width) };
}

function fill(column: Column, rows: readonly (readonly string[])[], index: number): Filled {
  // A name of several lines would pass for rows of its own.
  const cells = rows.map((row) => (row[index] ?? '').replace(/[\t\r\n]+/g, ' '));
  const width = cells.reduce((most, cell) => Math.max(most, stringWidth(cell)), stringWidth(column.head));
  return { ...column, cells, width };
}

function widthOf(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + each, GAP * (widths.length - 1));
}

function withoutLesser(columns: readonly Filled[], width: number): readonly Filled[] {
  let kept = columns;
  for (const kind of GIVES_WAY) {
    if (widthOf(kept.map(fairWidth)) <= width) break;
    kept = kept.filter(({ lesser }) => lesser !== kind);
  }
  return widthOf(kept.map(leastWhole)) <= width ? kept : kept.filter(({ lesser }) => lesser !== 'detail');
}

/** The width that a column has before another one gives way. */
function fairWidth(column: Filled): number {
  return column.align === 'right' ? column.width : Math.min(column.width, Math.max(leastWhole(column), LONG_WIDTH));
}

/** The widths of columns that fit: text first wraps between its words, then within them; figures wrap only when nothing else is left. */
function narrowed(columns: readonly Filled[], width: number): number[] {
  const widths = columns.map((column) => column.width);
  const broken = (least: number) => (column: Filled) => (column.align === 'right' ? column.width : least);
  for (const leastOf of [leastWhole, broken(LEAST_WIDTH), broken(NARROWEST), () => 1]) {
    if (widthOf(widths) <= width) break;
    const least = columns.map(leastOf);
    while (widthOf(widths) > width) {
      const slack = widths.map((each, index) => (each > (least[index] ?? 0) ? each : 0));
      const widest = slack.indexOf(Math.max(...slack));
      if ((slack[widest] ?? 0) === 0) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  }
  return widths;
}

/** The least width at which figures stand in one line and words are whole. */
function leastWhole({ cells, head, align, width }: Filled): number {
  if (align === 'right') return width;
  const words = [head, ...cells].flatMap((cell) => cell.split(' ').map(leastWidth));
  return Math.min(width, Math.max(LEAST_WIDTH, ...words));
}

// eslint-disable-next-line no-control-regex -- the colours that a whole cell stands in
const STYLED = /^((?:\u001b\[\d+m)+)([^\u001b]*)((?:\u001b\[\d+m)+)$/;

/** A colour must not reach into the next column. */
function wrapStyled(cell: string, width: number): string[] {
  const [, on = '', text = cell, off = ''] = STYLED.exec(cell) ?? [];
  return wrap(text, width).map((line) => `${on}${line}${off}`);
}
