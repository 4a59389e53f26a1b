import Table from 'cli-table3';
import type { Output } from './output.js';

export interface Column {
  /** Empty for a column without a head. */
  head: string;
  align?: 'left' | 'right';
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

/** A table without borders: columns two spaces apart, the head in bold. Columns that are empty throughout are left out. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { style }: Pick<Output, 'style'>,
): string {
  const shown = columns.map((_, index) => index).filter((index) => rows.some((row) => (row[index] ?? '') !== ''));
  const table = new Table({
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    colAligns: shown.map((index) => columns[index]?.align ?? 'left'),
  });
  if (shown.some((index) => columns[index]?.head !== ''))
    table.push(shown.map((index) => style.bold(columns[index]?.head ?? '')));
  for (const row of rows) table.push(shown.map((index) => row[index] ?? ''));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
