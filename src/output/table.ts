import Table from 'cli-table3';
import stringWidth from 'string-width';
import type { Output } from './output.js';

export interface Column {
  /** Empty for a column without a head. */
  head: string;
  align?: 'left' | 'right';
  /** Its longest cells are cut where the table would be wider than the terminal. */
  shrink?: boolean;
}

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};
const GAP = 2;
/** A column that is cut further than this says nothing any more. */
const LEAST_WIDTH = 8;

/** A table without borders: columns two spaces apart, the head in bold. Columns that are empty throughout are left out. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { style, width }: Pick<Output, 'style' | 'width'>,
): string {
  const shown = columns.map((_, index) => index).filter((index) => rows.some((row) => (row[index] ?? '') !== ''));
  const kept = shown.map((index) => columns[index] ?? { head: '' });
  const cells = fit(
    kept,
    // A name of several lines would pass for rows of its own.
    rows.map((row) => shown.map((index) => (row[index] ?? '').replace(/[\t\r\n]+/g, ' '))),
    width,
  );
  const table = new Table({
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    colAligns: kept.map(({ align }) => align ?? 'left'),
  });
  if (kept.some(({ head }) => head !== '')) table.push(kept.map(({ head }) => style.bold(head)));
  for (const row of cells) table.push(row);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Cuts the widest of the columns that may be cut until the table fits, or nothing more can be cut. */
function fit(columns: readonly Column[], rows: readonly string[][], width: number): string[][] {
  if (!columns.some(({ shrink }) => shrink === true)) return [...rows];
  const widths = columns.map(({ head }, index) =>
    rows.reduce((most, row) => Math.max(most, stringWidth(row[index] ?? '')), stringWidth(head)),
  );
  const total = () => widths.reduce((sum, each) => sum + each, GAP * (widths.length - 1));
  while (total() > width) {
    const widest = widths.reduce(
      (best, each, index) =>
        columns[index]?.shrink === true && each > Math.max(LEAST_WIDTH, widths[best] ?? 0) ? index : best,
      -1,
    );
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return rows.map((row) =>
    row.map((cell, index) => (columns[index]?.shrink === true ? cut(cell, widths[index] ?? 0) : cell)),
  );
}

/** A text of at most so many columns; wide characters count as the two they take. */
function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
